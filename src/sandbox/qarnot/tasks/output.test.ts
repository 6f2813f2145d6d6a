import { describe, expect, it } from 'vitest';
import { SECOND, startClient } from '../../../../test/support/qarnot-client.ts';

const COMMAND = "sh -c 'echo hello; echo oops >&2; sleep 5'";

describe('output', () => {
  it('GET gives all of it and moves nothing; POST gives only what is new, to whoever asks first', async () => {
    const client = await startClient();
    const uuid = await client.submit(COMMAND, { instanceCount: 2 });
    client.clock.advance(60 * SECOND);
    const get = async (path: string) => (await client.send('GET', `/tasks/${uuid}/${path}`)).text;
    const post = async (path: string) => (await client.send('POST', `/tasks/${uuid}/${path}`)).text;
    const all = await get('stdout');
    expect(all).not.toBe('');
    expect(await get('stdout')).toBe(all);
    expect(await post('stdout')).toBe(all);
    expect(await post('stdout')).toBe('');
    expect(await get('stdout')).toBe(all);
    // A cursor for each stream and each instance: the one above has touched no other.
    expect(await get('stderr')).not.toBe('');
    expect(await post('stderr')).toBe(await get('stderr'));
    expect(await get('stdout/1')).toBe('hello\n');
    expect(await post('stdout/1')).toBe('hello\n');
  });

  it('gives in pieces what it gives in whole', async () => {
    const client = await startClient({ jobs: 40 });
    const rows = await client.get<{ uuid: string; state: string }[]>('/tasks/summaries');
    const running = rows.filter(({ state }) => state.endsWith('Executing'));
    expect(running.length).toBeGreaterThan(0);
    let pieced = 0;
    for (const { uuid } of running.slice(0, 3)) {
      const pieces: string[] = [];
      for (let i = 0; i < 60; i++) {
        pieces.push((await client.send('POST', `/tasks/${uuid}/stdout`)).text);
        client.clock.advance(SECOND);
      }
      const last = (await client.send('POST', `/tasks/${uuid}/stdout`)).text;
      const whole = (await client.send('GET', `/tasks/${uuid}/stdout`)).text;
      expect([...pieces, last].join('').split('\n').sort()).toEqual(whole.split('\n').sort());
      pieced += pieces.filter((piece) => piece !== '').length;
    }
    expect(pieced).toBeGreaterThan(3);
  });

  it('says which instance printed a line, at the level of the task only', async () => {
    const client = await startClient();
    const uuid = await client.submit(COMMAND, { advancedRanges: '4,7' });
    client.clock.advance(30 * SECOND);
    const text = async (path: string) => (await client.send('GET', `/tasks/${uuid}/${path}`)).text;
    expect((await text('stdout')).split('\n').filter(Boolean).sort()).toEqual(['4> hello', '7> hello']);
    expect(await text('stdout/7')).toBe('hello\n');
  });

  it('is raw text, or a JSON string where the emulator is told so', async () => {
    const raw = await startClient();
    const uuid = await raw.submit('true');
    const answer = await raw.send('GET', `/tasks/${uuid}/stdout`);
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const quoted = await startClient({ quotedStdout: true });
    const other = await quoted.submit(COMMAND);
    quoted.clock.advance(30 * SECOND);
    expect((await quoted.send('GET', `/tasks/${other}/stdout`)).text).toBe(String.raw`"0> hello\n"`);
  });

  it('drops the oldest lines when the buffer is full', async () => {
    const client = await startClient({ jobs: 40 });
    const small = await startClient({ jobs: 40, outputBufferLength: 200 });
    const tasks = await client.get<{ uuid: string }[]>('/tasks/summaries');
    let cut = 0;
    for (const { uuid } of tasks) {
      const whole = (await client.send('GET', `/tasks/${uuid}/stdout`)).text;
      const kept = (await small.send('GET', `/tasks/${uuid}/stdout`)).text;
      expect(kept.length).toBeLessThanOrEqual(200);
      expect(whole.endsWith(kept)).toBe(true);
      if (kept.length < whole.length) cut += 1;
    }
    expect(cut).toBeGreaterThan(0);
  });

  it('is 404 for an unknown task or instance, and empty for what has not run', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 5', { instanceCount: 2 });
    const status = async (path: string) => (await client.send('GET', path)).status;
    expect(await status(`/tasks/${uuid}/stdout/2`)).toBe(404);
    expect(await status(`/tasks/${uuid}/stderr/x`)).toBe(404);
    expect(await status('/tasks/none/stdout')).toBe(404);
    expect(await client.send('POST', `/tasks/${uuid}/stdout/1`)).toMatchObject({ status: 200, text: '' });
  });
});
