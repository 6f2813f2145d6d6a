import { describe, expect, it } from 'vitest';
import {
  callContext,
  executionRow,
  FakeBacalhau,
  fixedClock,
  nanos,
  NOW,
  type Row,
} from '../../../test/support/fake-bacalhau.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { LogRequest } from '../provider.ts';
import { bacalhau } from './index.ts';

const COMPLETED = { ComputeState: { StateType: 9 }, DesiredState: { StateType: 2 } };
const FAILED = { ComputeState: { StateType: 10, Message: 'boom' }, DesiredState: { StateType: 2 } };
const GONE = '{"error":"timeout while waiting for execution logs","value":{"Type":0,"Line":""}}\n';

function frame(type: 1 | 2, text: string): string {
  return `${JSON.stringify({ value: { Type: type, Line: text } })}\n`;
}

function output(stdout: string, stderr = '', truncated = false) {
  return {
    RunOutput: { Stdout: stdout, StdoutTruncated: truncated, stderr, StderrTruncated: false, ExitCode: 0 },
  };
}

function setUp(execution: Row = {}, endedMsAgo = 1000) {
  const server = new FakeBacalhau();
  const at = nanos(NOW - endedMsAgo);
  server.jobs = [{ id: 'j-1', created: at, executions: [executionRow('e-1', 'j-1', at, execution)] }];
  const adapter = bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: { namespaces: [] },
    clock: fixedClock,
  });
  const read = async (request: Partial<LogRequest> = {}, ctx = callContext(), key = 'j-1/e-1') => {
    const full = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 10_000, ...request } as const;
    const { lines, ...rest } = await adapter.logs(key as NativeKey, full, ctx);
    return { text: lines.map(({ stream, text }) => `${stream[3]!}:${text}`), ...rest };
  };
  return { server, read };
}

const opened = (server: FakeBacalhau) => server.routes.filter((route) => route.endsWith('/logs'));

describe('logs', () => {
  it('reads the socket of a running execution', async () => {
    const { server, read } = setUp();
    server.messages = [
      frame(1, 'one\ntw'),
      frame(2, 'oops\n'),
      frame(1, 'o\nthr'),
      'no frame',
      '{"value":{"Type":7}}',
    ];
    expect(await read()).toEqual({
      text: ['O:one', 'E:oops', 'O:two', 'O:thr'],
      endByte: 17,
      end: 'OPEN',
      message: null,
    });
    expect(server.calls.at(-1)).toMatchObject({
      path: { path: '/api/v1/orchestrator/jobs/j-1/logs' },
      query: { execution_id: 'e-1', follow: false },
    });
    expect(await read({ stream: 'STDERR' })).toMatchObject({ text: ['E:oops'], endByte: 5 });
    expect(await read({ stream: 'STDOUT', afterByte: 4, maxBytes: 4 })).toMatchObject({
      text: ['O:two'],
      endByte: 8,
      end: 'TRUNCATED',
    });
    expect(await read({ tailLines: 1 })).toMatchObject({ text: ['O:thr'], endByte: 17, end: 'OPEN' });
  });

  it('reads a short output from the record, without a socket', async () => {
    const { server, read } = setUp({ ...COMPLETED, ...output('hello\nworld\n') });
    expect(await read()).toEqual({ text: ['O:hello', 'O:world'], endByte: 12, end: 'ENDED', message: null });
    expect(await read({ stream: 'STDERR' })).toMatchObject({ text: [], end: 'ENDED' });
    expect(opened(server)).toEqual([]);
  });

  it('asks the node for the order of two streams, and for what the record had to cut', async () => {
    const both = setUp({ ...COMPLETED, ...output('out\n', 'err\n') });
    both.server.messages = [frame(2, 'err\n'), frame(1, 'out\n')];
    expect(await both.read()).toMatchObject({ text: ['E:err', 'O:out'], end: 'ENDED' });
    const long = setUp({ ...COMPLETED, ...output('begin', '', true) });
    long.server.messages = [frame(1, 'begin'), frame(1, 'ning\nend\n')];
    expect(await long.read()).toMatchObject({ text: ['O:beginning', 'O:end'], end: 'ENDED' });
  });

  it('falls back to the record when the node has deleted the log', async () => {
    const cut = setUp({ ...COMPLETED, ...output('begin\n', '', true) });
    cut.server.messages = [GONE];
    expect(await cut.read()).toMatchObject({ text: ['O:begin'], end: 'TRUNCATED' });
    const both = setUp({ ...COMPLETED, ...output('out\n', 'err\n') });
    both.server.messages = [GONE];
    expect(await both.read()).toMatchObject({ text: ['O:out', 'E:err'], end: 'ENDED' });
    const failed = setUp(FAILED);
    failed.server.messages = [GONE];
    expect(await failed.read()).toMatchObject({ text: [], end: 'GONE' });
  });

  it('does not ask a node that must have deleted it', async () => {
    const { server, read } = setUp({ ...COMPLETED, ...output('begin\n', '', true) }, 5_000_000);
    expect(await read()).toMatchObject({ text: ['O:begin'], end: 'TRUNCATED' });
    const failed = setUp(FAILED, 5_000_000);
    expect(await failed.read()).toMatchObject({ text: [], end: 'GONE' });
    expect([...opened(server), ...opened(failed.server)]).toEqual([]);
  });

  it('says that a log could not be read now', async () => {
    const { server, read } = setUp();
    server.messages = ['{"error":"node n-1 not reachable, token=abc123"}'];
    const answer = await read();
    expect(answer).toMatchObject({ text: [], end: 'UNAVAILABLE' });
    expect(answer.message).toContain('not reachable');
    expect(answer.message).not.toContain('abc123');
    server.messages = [frame(1, 'some\n'), '{"error":"stream broke"}'];
    expect(await read()).toMatchObject({ text: ['O:some'], end: 'UNAVAILABLE', message: 'stream broke' });
  });

  it('keeps what came before the connection broke', async () => {
    const broke = new GridweaveError('PROVIDER_UNAVAILABLE', 'The stream broke off.');
    const { server, read } = setUp();
    server.messages = [frame(1, 'some\n'), broke];
    expect(await read()).toMatchObject({ text: ['O:some'], end: 'UNAVAILABLE' });
    server.messages = [broke];
    await expect(read()).rejects.toBe(broke);
    const ended = setUp({ ...COMPLETED, ...output('begin\n', '', true) });
    ended.server.messages = [broke];
    expect(await ended.read()).toMatchObject({ text: ['O:begin'], end: 'TRUNCATED' });
  });

  it('answers within the deadline when the socket says nothing', async () => {
    const { server, read } = setUp();
    server.messages = [frame(1, 'some\n')];
    server.hangs = true;
    const started = Date.now();
    expect(await read({}, callContext(100, NOW + 400))).toMatchObject({
      text: ['O:some'],
      end: 'UNAVAILABLE',
    });
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('stops reading when it has enough', async () => {
    const { server, read } = setUp();
    server.hangs = true;
    server.messages = Array.from({ length: 100 }, (_, i) => frame(1, `line ${String(i)}\n`));
    expect(await read({ maxBytes: 20 })).toMatchObject({ text: ['O:line 0', 'O:line 1'], end: 'TRUNCATED' });
  });

  it('does not wait for what never ran or has not begun', async () => {
    const lost = setUp({ ComputeState: { StateType: 8 } });
    expect(await lost.read()).toMatchObject({ text: [], end: 'ENDED' });
    const waiting = setUp({ ComputeState: { StateType: 2 }, DesiredState: { StateType: 0 } });
    expect(await waiting.read()).toMatchObject({ text: [], end: 'OPEN' });
    expect([...opened(lost.server), ...opened(waiting.server)]).toEqual([]);
  });

  it('knows no log of what does not exist', async () => {
    const { read } = setUp();
    for (const key of ['j-1/e-9', 'j-9/e-1', 'e-1', '']) {
      await expect(read({}, callContext(), key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('ends with the caller', async () => {
    const { server, read } = setUp();
    server.messages = [frame(1, 'some\n')];
    const ctx = { ...callContext(), signal: AbortSignal.abort() };
    await expect(read({}, ctx)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
