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
import type { LogFollowRequest, LogPiece } from '../provider.ts';
import { bacalhau } from './index.ts';

const RUNNING = { ComputeState: { StateType: 5 }, DesiredState: { StateType: 1 } };
const COMPLETED = { ComputeState: { StateType: 9 }, DesiredState: { StateType: 2 } };
const GONE = '{"error":"timeout while waiting for execution logs","value":{"Type":0,"Line":""}}\n';
const BEGINNING = { STDOUT: 0, STDERR: 0 };

function frame(type: 1 | 2, text: string): string {
  return `${JSON.stringify({ value: { Type: type, Line: text } })}\n`;
}

function setUp(execution: Row = RUNNING, { engine = 'docker', version = 'v1.9.3', endedMsAgo = 1_000 } = {}) {
  const server = new FakeBacalhau();
  server.version = version;
  const at = nanos(NOW - endedMsAgo);
  server.jobs = [{ id: 'j-1', created: at, engine, executions: [executionRow('e-1', 'j-1', at, execution)] }];
  const adapter = bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: { namespaces: [] },
    clock: fixedClock,
  });
  const follow = async (
    request: Partial<LogFollowRequest> = {},
    key = 'j-1/e-1',
    pieces: LogPiece[] = [],
  ): Promise<LogPiece[]> => {
    const full = { stream: 'COMBINED', after: BEGINNING, ...request } as const;
    for await (const piece of adapter.followLog!(key as NativeKey, full, callContext())) pieces.push(piece);
    return pieces;
  };
  return { server, follow };
}

const opened = (server: FakeBacalhau) => server.routes.filter((route) => route.endsWith('/logs'));
const output = (Stdout: string) => ({ RunOutput: { Stdout, StdoutTruncated: false, stderr: '', StderrTruncated: false, ExitCode: 0 } }); // prettier-ignore

describe('one reading of a log that is followed', () => {
  it('tells chunks as they came, each at its place in its own output', async () => {
    const { server, follow } = setUp();
    server.messages = [frame(1, 'one\ntw'), frame(2, 'é\n'), frame(1, 'o\n')];
    expect(await follow()).toEqual([
      { type: 'TEXT', output: 'STDOUT', atByte: 0, text: 'one\ntw' },
      { type: 'TEXT', output: 'STDERR', atByte: 0, text: 'é\n' },
      { type: 'TEXT', output: 'STDOUT', atByte: 6, text: 'o\n' },
      { type: 'END', end: 'OPEN', message: null },
    ]);
    expect(await follow({ stream: 'STDERR' })).toHaveLength(2);
    // A socket that goes on would keep the node's only reader.
    expect(server.calls.at(-1)).toMatchObject({ query: { execution_id: 'e-1', follow: false } });
  });

  it('leaves out what is known, and nothing behind it', async () => {
    const { server, follow } = setUp();
    server.messages = [frame(1, 'one\n'), frame(2, 'oops\n'), frame(1, 'two\n')];
    const texts = async (after: LogFollowRequest['after']) =>
      (await follow({ after })).flatMap((piece) =>
        piece.type === 'TEXT' ? [`${String(piece.atByte)} ${piece.text}`] : [],
      );
    expect(await texts({ STDOUT: 4, STDERR: 0 })).toEqual(['0 oops\n', '4 two\n']);
    expect(await texts({ STDOUT: 5, STDERR: 5 })).toEqual(['4 two\n']);
    expect(await texts({ STDOUT: 8, STDERR: 5 })).toEqual([]);
  });

  it('stops at a size, and says that there is more', async () => {
    const { server, follow } = setUp();
    server.hangs = true;
    server.messages = Array.from({ length: 6 }, () => frame(1, 'x'.repeat(1024 * 1024)));
    const pieces = await follow();
    expect(pieces).toHaveLength(5);
    expect(pieces.at(-1)).toEqual({ type: 'END', end: 'OPEN', message: null, more: true });
  });

  it('gives what came before the connection broke, and then the error', async () => {
    const { server, follow } = setUp();
    const broke = new GridweaveError('PROVIDER_UNAVAILABLE', 'The stream broke off.');
    server.messages = [frame(1, 'some\n'), broke];
    const pieces: LogPiece[] = [];
    await expect(follow({}, 'j-1/e-1', pieces)).rejects.toBe(broke);
    expect(pieces).toMatchObject([{ text: 'some\n' }]);
    // What has ended is asked for again, too, rather than taken from the record.
    const ended = setUp({ ...COMPLETED, ...output('begin\n') });
    ended.server.messages = [broke];
    await expect(ended.follow()).rejects.toBe(broke);
  });

  it('says when the node cannot be heard, has no log yet, or no longer', async () => {
    const { server, follow } = setUp();
    server.messages = ['{"error":"node n-1 not reachable"}'];
    expect(await follow()).toEqual([{ type: 'END', end: 'UNAVAILABLE', message: 'node n-1 not reachable' }]);
    server.messages = [GONE];
    expect(await follow()).toMatchObject([{ end: 'UNAVAILABLE', message: 'The node has no log of it yet.' }]);
    const ended = setUp({ ...COMPLETED, ...output('begin\nnext\n') });
    ended.server.messages = [GONE];
    expect(await ended.follow()).toMatchObject([
      { type: 'TEXT', output: 'STDOUT', atByte: 0, text: 'begin\n' },
      { type: 'TEXT', output: 'STDOUT', atByte: 6, text: 'next\n' },
      { type: 'END', end: 'TRUNCATED' },
    ]);
  });

  it('does not ask for what cannot be there', async () => {
    const waiting = setUp({ ComputeState: { StateType: 2 }, DesiredState: { StateType: 0 } });
    expect(await waiting.follow()).toMatchObject([
      { end: 'OPEN', message: 'This execution has not started.' },
    ]);
    const lost = setUp({ ComputeState: { StateType: 8 } });
    expect(await lost.follow()).toMatchObject([{ end: 'ENDED' }]);
    const old = setUp({ ...COMPLETED, ...output('begin\n') }, { endedMsAgo: 5_000_000 });
    expect(await old.follow()).toMatchObject([{ text: 'begin\n' }, { end: 'TRUNCATED' }]);
    const wasm = setUp(RUNNING, { engine: 'wasm' });
    expect(await wasm.follow()).toMatchObject([{ end: 'UNAVAILABLE' }]);
    const wasmEnded = setUp({ ...COMPLETED, ...output('tick\n') }, { engine: 'wasm' });
    expect(await wasmEnded.follow()).toMatchObject([{ text: 'tick\n' }, { end: 'TRUNCATED' }]);
    for (const { server } of [waiting, lost, old, wasm, wasmEnded]) expect(opened(server)).toEqual([]);
  });

  it('knows no log of what does not exist', async () => {
    const { follow } = setUp();
    for (const key of ['j-1/e-9', 'j-9/e-1', 'e-1', ''])
      await expect(follow({}, key), key).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
