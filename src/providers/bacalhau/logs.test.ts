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

function setUp(execution: Row = {}, endedMsAgo = 1000, engine = 'docker') {
  const server = new FakeBacalhau();
  const at = nanos(NOW - endedMsAgo);
  const others = [executionRow('e-2', 'j-1', at), executionRow('e-3', 'j-1', at, { NodeID: 'n-2' })];
  server.jobs = [
    { id: 'j-1', created: at, engine, executions: [executionRow('e-1', 'j-1', at, execution), ...others] },
  ];
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

  it('asks the node for what the record seems to hold, which is only what was written first', async () => {
    const { server, read } = setUp({ ...COMPLETED, ...output('hello\n') });
    server.messages = [frame(1, 'hello\n'), frame(1, 'world\n')];
    expect(await read()).toEqual({ text: ['O:hello', 'O:world'], endByte: 12, end: 'ENDED', message: null });
    expect(opened(server)).toHaveLength(1);
    // Of the other stream the record proves that it is empty.
    expect(await read({ stream: 'STDERR' })).toMatchObject({ text: [], end: 'ENDED' });
    expect(opened(server)).toHaveLength(1);
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
    const answer = await both.read();
    expect(answer).toMatchObject({ text: ['O:out', 'E:err'], end: 'TRUNCATED' });
    expect(answer.message).toContain('The node no longer has the log. This is the beginning');
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

describe('logs of wasm programs since 1.8', () => {
  // Seen on 1.9.3: a request for one hears nothing for 60 s and keeps the node's other logs waiting.
  const wasm = (execution: Row) => setUp(execution, 1000, 'wasm');
  const message = 'Running';

  it('are never asked for: what runs has none, and says so at once', async () => {
    const running = {
      DesiredState: { StateType: 1, Message: message },
      ComputeState: { StateType: 5, message },
    };
    for (const execution of [
      running,
      { ...running, DesiredState: { StateType: 2, Message: 'job has been stopped' } },
    ]) {
      const { server, read } = wasm(execution);
      const answer = await read();
      expect(answer).toMatchObject({ text: [], endByte: 0, end: 'UNAVAILABLE' });
      expect(answer.message).toContain('no log of a wasm program while it runs');
      expect(opened(server)).toEqual([]);
    }
  });

  it('are, of what completed, the beginning that the record keeps, never claimed to be all', async () => {
    const { server, read } = wasm({
      DesiredState: { StateType: 2, Message: 'execution completed' },
      ComputeState: { StateType: 9, Message: 'Running' },
      ...output('hello stdout line 1\n', 'hello stderr line 1\n'),
    });
    const answer = await read();
    expect(answer).toMatchObject({
      text: ['O:hello stdout line 1', 'E:hello stderr line 1'],
      endByte: 40,
      end: 'TRUNCATED',
    });
    expect(answer.message).toContain('no log of wasm programs');
    expect(answer.message).toContain('first wrote to each stream');
    expect(await read({ stream: 'STDERR', tailLines: 1 })).toMatchObject({
      text: ['E:hello stderr line 1'],
      end: 'TRUNCATED',
    });
    expect(await read({ afterByte: 40 })).toMatchObject({ text: [], endByte: 40, end: 'TRUNCATED' });
    expect(opened(server)).toEqual([]);
  });

  it('are whole where the record proves that nothing was written', async () => {
    const { read } = wasm({ ...COMPLETED, ...output('') });
    expect(await read()).toEqual({ text: [], endByte: 0, end: 'ENDED', message: null });
  });

  it('are kept of a service that ended, and of nothing else that failed', async () => {
    const unexpected = { StateType: 10, Message: 'execution completed unexpectedly' };
    const service = wasm({ ComputeState: unexpected, ...output('beat 00\n') });
    expect(await service.read()).toMatchObject({ text: ['O:beat 00'], end: 'TRUNCATED' });
    const trapped = { StateType: 10, Message: 'wasm error: unreachable\nwasm stack trace:\n\t.$3()' };
    const stopped = { StateType: 11, Message: 'Execution stop requested because job has been stopped' };
    for (const ComputeState of [trapped, stopped]) {
      const { server, read } = wasm({ ComputeState, DesiredState: { StateType: 2 } });
      const answer = await read();
      expect(answer).toMatchObject({ text: [], end: 'GONE' });
      expect(answer.message).toContain('did not end by itself');
      expect(opened(server)).toEqual([]);
    }
  });

  it('are asked for before 1.8, while the program runs', async () => {
    const { server, read } = wasm({});
    server.version = 'v1.7.0';
    server.messages = [frame(1, 'one\n')];
    expect(await read()).toMatchObject({ text: ['O:one'], end: 'OPEN' });
  });
});

describe('logs of what has ended before 1.8', () => {
  it('are the record’s beginning once more, so that the socket is not asked', async () => {
    const { server, read } = setUp({
      ...output('one\n'),
      ComputeState: { StateType: 9 },
      DesiredState: { StateType: 2 },
    });
    server.version = 'v1.7.0';
    expect(await read()).toMatchObject({ text: ['O:one'], end: 'TRUNCATED' });
    expect(opened(server)).toEqual([]);
  });
});

// Seen on 1.9.3: a node gives one log at a time, and whoever leaves does not free it.
describe('logs of one node', () => {
  it('are read one after the other, those of another node meanwhile', async () => {
    const { server, read } = setUp();
    server.hangs = true;
    const first = read();
    await expect.poll(() => server.ends.size).toBe(1);
    const second = read({}, callContext(), 'j-1/e-2');
    const elsewhere = read({}, callContext(), 'j-1/e-3');
    await expect.poll(() => server.ends.size).toBe(2);
    expect(opened(server)).toHaveLength(2);
    server.hangs = false;
    server.messages = [frame(1, 'mine\n')];
    for (const end of server.ends) end(frame(1, 'theirs\n'));
    expect(await first).toMatchObject({ text: ['O:theirs'], end: 'OPEN' });
    expect(await elsewhere).toMatchObject({ text: ['O:theirs'] });
    expect(await second).toMatchObject({ text: ['O:mine'], end: 'OPEN' });
  });

  it('say within the deadline that the node is busy, and make it no busier', async () => {
    const { server, read } = setUp();
    server.hangs = true;
    expect(await read({}, callContext(100, NOW + 350))).toMatchObject({
      end: 'UNAVAILABLE',
      message: 'The log did not arrive in time. Ask again to go on.',
    });
    const other = await read({}, callContext(100, NOW + 350), 'j-1/e-2');
    expect(other).toMatchObject({ text: [], end: 'UNAVAILABLE' });
    expect(other.message).toContain('one log at a time');
    expect(opened(server)).toHaveLength(1);
    // The server found the log at last, so that the node is free.
    const waiting = read({}, callContext(), 'j-1/e-2');
    server.hangs = false;
    server.messages = [frame(1, 'now\n')];
    for (const end of server.ends) end(frame(1, 'late\n'));
    expect(await waiting).toMatchObject({ text: ['O:now'], end: 'OPEN' });
  });

  it('are not yet there, rather than gone, while it runs', async () => {
    const { server, read } = setUp();
    server.messages = [GONE];
    expect(await read()).toMatchObject({ end: 'UNAVAILABLE', message: 'The node has no log of it yet.' });
  });

  it('wait for the one whose reader left', async () => {
    const { server, read } = setUp();
    server.hangs = true;
    const caller = new AbortController();
    const first = read({}, { ...callContext(), signal: caller.signal });
    await expect.poll(() => server.ends.size).toBe(1);
    const impatient = new AbortController();
    const second = read({}, { ...callContext(), signal: impatient.signal }, 'j-1/e-2');
    caller.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(server.ends.size).toBe(1);
    impatient.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(opened(server)).toHaveLength(1);
    for (const end of server.ends) end(null);
    await expect.poll(() => server.ends.size).toBe(0);
  });

  it('are not asked for again once the node said, if late, that one of them is gone', async () => {
    const { server, read } = setUp({ ...COMPLETED, ...output('begin\n') });
    server.hangs = true;
    const answer = await read({}, callContext(100, NOW + 350));
    expect(answer).toMatchObject({ text: ['O:begin'], end: 'TRUNCATED' });
    expect(answer.message).toContain('did not arrive in time');
    for (const end of server.ends) end(GONE);
    await expect
      .poll(async () => (await read({}, callContext(100, NOW + 350))).message)
      .toContain('no longer');
    expect(opened(server)).toHaveLength(1);
  });
});
