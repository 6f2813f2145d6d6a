import { describe, expect, it } from 'vitest';
import { callContext, setUp } from '../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { LogRequest } from '../provider.ts';

function setUpLog(job: unknown) {
  const { service, adapter } = setUp();
  service.jobs.set('j', job);
  const read = async (request: Partial<LogRequest> = {}, key = 'j/default') => {
    const full = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 10_000, ...request } as const;
    const { lines, ...rest } = await adapter.logs(key as NativeKey, full, callContext());
    return { text: lines.map(({ stream, text }) => `${stream[3]!}:${text}`), ...rest };
  };
  return { service, read };
}

const RUNNING = { states: { default: { status: 'running', log: 'one\ntwo\nthr' } } };

describe('logs', () => {
  it('are the text of the status, open while it runs', async () => {
    const { read, service } = setUpLog(RUNNING);
    expect(await read()).toEqual({
      text: ['O:one', 'O:two', 'O:thr'],
      endByte: 12,
      end: 'OPEN',
      message: null,
    });
    expect(await read({ afterByte: 4, maxBytes: 4 })).toMatchObject({ text: ['O:two'], end: 'TRUNCATED' });
    expect(await read({ tailLines: 1, stream: 'STDOUT' })).toMatchObject({ text: ['O:thr'], endByte: 12 });
    expect(service.calls.every(({ request }) => request.freshnessMs === 0)).toBe(true);
    service.run('j', 'completed', { log: 'one\ntwo\nthree\n' });
    expect(await read({ afterByte: 8 })).toMatchObject({ text: ['O:three'], endByte: 14, end: 'ENDED' });
  });

  it('have one stream for both', async () => {
    const { read } = setUpLog(RUNNING);
    expect(await read({ stream: 'STDERR' })).toMatchObject({ text: [], end: 'OPEN', message: expect.stringContaining('one log') as string }); // prettier-ignore
  });

  it('are replaced when the work begins anew, and say so to who reads on', async () => {
    const { read, service } = setUpLog(RUNNING);
    await read();
    service.run('j', 'provisioning', { log: '' });
    expect(await read({ afterByte: 12 })).toMatchObject({ text: [], end: 'OPEN', message: expect.stringContaining('replaced') as string }); // prettier-ignore
    expect(await read()).toMatchObject({ text: [], endByte: 0, end: 'OPEN', message: null });
  });

  it('may not be there (yet)', async () => {
    const waiting = setUpLog({ vmStatus: 'provisioning' });
    expect(await waiting.read()).toMatchObject({ text: [], end: 'OPEN', message: expect.stringContaining('not started') as string }); // prettier-ignore
    const silent = setUpLog({ states: { default: { status: 'failed', log: 7 } } });
    expect(await silent.read()).toMatchObject({ text: [], end: 'ENDED', message: expect.stringContaining('no log') as string }); // prettier-ignore
    const bare = setUpLog({ vmStatus: 'completed', log: 'x\n' });
    expect(await bare.read()).toMatchObject({ text: ['O:x'], end: 'ENDED' });
  });

  it('are of one part each', async () => {
    const { read } = setUpLog({ states: { default: { status: 'completed', log: 'a\n' }, b: { status: 'running', log: 'b\n' } } }); // prettier-ignore
    expect(await read()).toMatchObject({ text: ['O:a'], end: 'ENDED' });
    expect(await read({}, 'j/b')).toMatchObject({ text: ['O:b'], end: 'OPEN' });
  });

  it('cannot be read while the service does not report the job', async () => {
    const { read, service } = setUpLog(RUNNING);
    await read();
    service.jobs.clear();
    expect(await read()).toMatchObject({ text: [], end: 'UNAVAILABLE' });
  });

  it('of nothing that exists are NOT_FOUND, and fail as the call fails', async () => {
    const { read, service } = setUpLog(RUNNING);
    for (const key of ['j/x', 'j/0', 'k/default', 'j', '', '/', '../default']) {
      await expect(read({}, key), key).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    service.scripted = () => ({ status: 503, body: '' });
    await expect(read()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });
});
