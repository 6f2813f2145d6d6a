/** What a compute node does with its log streams, as a real 1.9.3 showed it. */
import { describe, expect, test } from 'vitest';
import type { Rig } from '../../../../test/support/bacalhau-emulator.ts';
import { startRig } from '../../../../test/support/bacalhau-emulator.ts';
import type { LogSocket } from '../../../../test/support/bacalhau-log.ts';
import { openLog } from '../../../../test/support/bacalhau-log.ts';
import { createLogReaders } from './readers.ts';

const isOpen = async (stream: LogSocket): Promise<boolean> =>
  (await Promise.race([stream.closed, pause()])) === undefined;

/** Long enough for several looks at the log. */
const pause = (): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, 200));

const TIMEOUT = 'timeout while waiting for execution logs';

/** The executions of two jobs that run on the same node. */
async function twoOnOneNode(rig: Rig): Promise<readonly [string, string]> {
  const nodes = new Map<string, string>();
  for (let tries = 0; tries < 40; tries++) {
    const id = await rig.submit({}, 'sleep 600');
    rig.pass(2000);
    const node = (await rig.executions(id))[0]?.NodeID ?? '';
    const other = nodes.get(node);
    if (other !== undefined) return [other, id];
    nodes.set(node, id);
  }
  throw new Error('No two jobs share a node.');
}

describe('a node serves one log at a time', () => {
  test('the second waits in silence until the first is over', async () => {
    const rig = await startRig();
    const [one, two] = await twoOnOneNode(rig);
    const first = await openLog(rig, one, 'follow=true');
    await expect.poll(() => first.frames.length).toBeGreaterThan(0);
    const second = await openLog(rig, two);
    expect(await isOpen(second)).toBe(true);
    expect(second.frames).toEqual([]);
    await rig.call('DELETE', `/api/v1/orchestrator/jobs/${one}`);
    rig.pass(5000);
    expect(await first.closed).toBe(1000);
    expect(await second.closed).toBe(1000);
    expect(second.frames.length).toBeGreaterThan(0);
  });

  test('a client that leaves does not free it; the end of the log does', async () => {
    const rig = await startRig();
    const [one, two] = await twoOnOneNode(rig);
    const first = await openLog(rig, one, 'follow=true');
    await expect.poll(() => first.frames.length).toBeGreaterThan(0);
    first.socket.terminate();
    await first.closed;
    const second = await openLog(rig, two);
    expect(await isOpen(second)).toBe(true);
    await rig.call('DELETE', `/api/v1/orchestrator/jobs/${one}`);
    rig.pass(5000);
    expect(await second.closed).toBe(1000);
    expect(second.frames.length).toBeGreaterThan(0);
  });

  test('other nodes do not wait', async () => {
    const rig = await startRig();
    const one = await rig.submit({}, 'sleep 600');
    const two = await rig.submit({}, 'sleep 600');
    rig.pass(5000);
    const nodes = [one, two].map(async (id) => (await rig.executions(id))[0]?.NodeID);
    expect(new Set(await Promise.all(nodes)).size).toBe(2);
    const first = await openLog(rig, one, 'follow=true');
    await expect.poll(() => first.frames.length).toBeGreaterThan(0);
    expect(await (await openLog(rig, two)).closed).toBe(1000);
  });

  test('unless streams are asked to be independent', async () => {
    const rig = await startRig({ logStreams: 'independent' });
    const [one, two] = await twoOnOneNode(rig);
    const first = await openLog(rig, one, 'follow=true');
    await expect.poll(() => first.frames.length).toBeGreaterThan(0);
    expect(await (await openLog(rig, two)).closed).toBe(1000);
  });

  test('who gives up waiting leaves the line', () => {
    const readers = createLogReaders(true);
    let isOver = false;
    const first = readers.lineUp('a');
    const second = readers.lineUp('a');
    const third = readers.lineUp('a');
    expect(second.begin(() => true)).toBe(false);
    expect(first.begin(() => isOver)).toBe(true);
    expect(second.begin(() => true)).toBe(false);
    second.leave();
    expect(third.begin(() => true)).toBe(false);
    isOver = true;
    expect(third.begin(() => true)).toBe(true);
  });
});

describe('a log that is not there is waited for', () => {
  const wasm = {
    Tasks: [{ Name: 'main', Engine: { Type: 'wasm', Params: { Parameters: ['echo hi; sleep 600'] } } }],
  };

  test('with wasm for ever: a minute of silence, an error, and the end', async () => {
    const rig = await startRig();
    const id = await rig.submit(wasm);
    rig.pass(5000);
    const stream = await openLog(rig, id, 'follow=true');
    rig.pass(59_000);
    expect(await isOpen(stream)).toBe(true);
    expect(stream.frames).toEqual([]);
    rig.pass(1000);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames).toEqual([{ error: TIMEOUT, value: { Type: 0, Line: '' } }]);
  });

  test('by a node that is taken meanwhile, though its client has left', async () => {
    const rig = await startRig();
    const id = await rig.submit(wasm);
    rig.pass(5000);
    const abandoned = await openLog(rig, id);
    expect(await isOpen(abandoned)).toBe(true);
    abandoned.socket.terminate();
    await abandoned.closed;
    const next = await openLog(rig, id);
    rig.pass(59_000);
    expect(await isOpen(next)).toBe(true);
    // The first minute is over, and the second begins.
    rig.pass(1000);
    expect(await isOpen(next)).toBe(true);
    rig.pass(60_000);
    expect(await next.closed).toBe(1000);
    expect(next.frames.map((frame) => frame.error)).toEqual([TIMEOUT]);
  });

  test('after it was deleted; how long is an option', async () => {
    const rig = await startRig({ logRetentionMs: 60_000, logFileWaitMs: 0 });
    const id = await rig.submit();
    rig.pass(30_000);
    expect(await (await openLog(rig, id)).closed).toBe(1000);
    rig.pass(90_000);
    const stream = await openLog(rig, id);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames.map((frame) => frame.error)).toEqual([TIMEOUT]);
  });

  test('before the program has started', async () => {
    const rig = await startRig();
    const id = await rig.submit({}, 'echo hi; sleep 600');
    rig.pass(400);
    const stream = await openLog(rig, id);
    expect(await isOpen(stream)).toBe(true);
    rig.pass(5000);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames.map((frame) => frame.value.Line)).toEqual(['hi\n']);
  });
});

describe('before 1.8 no file is read', () => {
  test('the record stands in for the log of what has ended', async () => {
    const rig = await startRig({ version: '1.7.0' });
    const id = await rig.submit({}, 'echo oops >&2; echo one; echo two');
    rig.pass(60_000);
    const stream = await openLog(rig, id, 'follow=true');
    expect(await stream.closed).toBe(1000);
    expect(stream.frames).toEqual([
      { value: { Type: 1, Line: 'one\n' } },
      { value: { Type: 2, Line: 'oops\n' } },
    ]);
  });

  test('and wasm has a log while it runs', async () => {
    const rig = await startRig({ version: '1.7.0' });
    const id = await rig.submit({
      Tasks: [{ Name: 'main', Engine: { Type: 'wasm', Params: { Parameters: ['echo hi; sleep 600'] } } }],
    });
    rig.pass(5000);
    const stream = await openLog(rig, id);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames.map((frame) => frame.value.Line)).toEqual(['hi\n']);
  });
});

describe('close frames', () => {
  test('are answered by default', async () => {
    const rig = await startRig();
    const id = await rig.submit({}, 'sleep 600');
    rig.pass(5000);
    const stream = await openLog(rig, id, 'follow=true');
    stream.socket.close(1000);
    expect(await stream.closed).toBe(1000);
  });

  test('get no answer from a server that does not read, and the log goes on', async () => {
    const rig = await startRig({ deafLogStreams: true });
    const id = await rig.submit({}, 'sleep 600');
    rig.pass(5000);
    const stream = await openLog(rig, id, 'follow=true');
    await expect.poll(() => stream.frames.length).toBeGreaterThan(0);
    const before = stream.frames.length;
    stream.socket.close(1000);
    expect(await isOpen(stream)).toBe(true);
    rig.pass(30_000);
    await expect.poll(() => stream.frames.length).toBeGreaterThan(before);
    stream.socket.terminate();
    expect(await stream.closed).toBe(1006);
  });
});
