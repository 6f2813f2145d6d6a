import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Rig } from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import { chunksOf } from './frames.ts';

interface Frame {
  readonly error?: string;
  readonly value: { readonly Type: number; readonly Line: string };
}

interface Stream {
  readonly frames: Frame[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
}

async function open(rig: Rig, id: string, query = ''): Promise<Stream> {
  const url = `${rig.emulator.url.replace('http', 'ws')}${JOBS}/${id}/logs?${query}`;
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(false);
    const text = data.toString();
    expect(text.endsWith('}\n')).toBe(true);
    frames.push(JSON.parse(text) as Frame);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return { frames, closed, socket };
}

const textOf = (frames: readonly Frame[], type: number): string =>
  frames
    .filter((frame) => frame.value.Type === type)
    .map((frame) => frame.value.Line)
    .join('');

function printed(rig: Rig, stream: 'stdout' | 'stderr'): string {
  return [...rig.site.executions.values()]
    .flatMap((execution) => rig.site.logOf(execution))
    .filter((line) => line.stream === stream)
    .map((line) => `${line.text}\n`)
    .join('');
}

test('without follow: what is there, then close 1000', async () => {
  const rig = await startRig();
  const id = await rig.submit({}, 'echo one; echo two >&2; sleep 60');
  rig.pass(300_000);
  const stream = await open(rig, id);
  expect(await stream.closed).toBe(1000);
  expect(stream.frames.length).toBeGreaterThan(0);
  expect(stream.frames.every((frame) => frame.error === undefined)).toBe(true);
  expect(textOf(stream.frames, 1)).toBe(printed(rig, 'stdout'));
  expect(textOf(stream.frames, 2)).toBe(printed(rig, 'stderr'));
});

test('with follow: until the execution ends', async () => {
  const rig = await startRig();
  const id = await rig.submit({}, 'sleep 600');
  rig.pass(5000);
  const stream = await open(rig, id, 'follow=true');
  let closed = false;
  void stream.closed.then(() => (closed = true));
  for (let i = 0; i < 10; i++) {
    rig.pass(30_000);
    await expect.poll(() => textOf(stream.frames, 1)).toBe(printed(rig, 'stdout'));
  }
  expect(closed).toBe(false);
  rig.pass(600_000);
  expect(await stream.closed).toBe(1000);
  expect(textOf(stream.frames, 1)).toBe(printed(rig, 'stdout'));
});

test('tail means from now on', async () => {
  const rig = await startRig();
  const id = await rig.submit({}, 'sleep 600');
  rig.pass(60_000);
  const before = printed(rig, 'stdout');
  expect(before).not.toBe('');
  const nothing = await open(rig, id, 'tail=true');
  expect(await nothing.closed).toBe(1000);
  expect(nothing.frames).toEqual([]);
  const rest = await open(rig, id, 'tail=true&follow=true');
  rig.pass(900_000);
  expect(await rest.closed).toBe(1000);
  expect(before + textOf(rest.frames, 1)).toBe(printed(rig, 'stdout'));
});

describe('errors are frames after a good upgrade', () => {
  const refusedWith = async (rig: Rig, id: string, query = ''): Promise<string> => {
    const stream = await open(rig, id, query);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames).toEqual([{ error: expect.any(String), value: { Type: 0, Line: '' } }]);
    return stream.frames[0]?.error ?? '';
  };

  test('unknown job, no execution yet, unknown execution, execution by prefix', async () => {
    const rig = await startRig();
    expect(await refusedWith(rig, 'none')).toBe('job not found: none');
    const id = await rig.submit({}, 'sleep 600');
    expect(await refusedWith(rig, id)).toMatch(/^no executions found/);
    rig.pass(5000);
    const [execution] = await rig.executions(id);
    expect(await refusedWith(rig, id, `execution_id=${execution?.ID.slice(0, 10)}`)).toMatch(
      /^execution not found/,
    );
  });

  test('a node that is gone, a log that has expired', async () => {
    const rig = await startRig({ logRetentionMs: 60_000 });
    const id = await rig.submit();
    rig.pass(30_000);
    const [execution] = await rig.executions(id);
    const node = execution?.NodeID.slice(2) ?? '';
    rig.site.setNodeUp(node, false);
    expect(await refusedWith(rig, id)).toContain('no responders');
    rig.site.setNodeUp(node, true);
    expect(await (await open(rig, id)).closed).toBe(1000);
    rig.pass(90_000);
    expect(await refusedWith(rig, id)).toBe('timeout while waiting for execution logs');
  });

  test('a failed execution has to be named', async () => {
    const rig = await startRig();
    const id = await rig.submit({
      Tasks: [{ Name: 'm', Engine: { Type: 'docker', Params: { Image: 'nonexistent' } } }],
    });
    rig.pass(60_000);
    expect(await refusedWith(rig, id)).toMatch(/^no executions found/);
    const [execution] = await rig.executions(id);
    const stream = await open(rig, id, `execution_id=${execution?.ID}`);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames.every((frame) => frame.error === undefined)).toBe(true);
  });
});

test('several executions are never merged', async () => {
  const rig = await startRig();
  const id = await rig.submit({ Count: 2 }, 'echo hello; sleep 5');
  rig.pass(60_000);
  const all = await open(rig, id);
  await all.closed;
  expect(textOf(all.frames, 1).length).toBeLessThan(printed(rig, 'stdout').length);
  let sum = 0;
  for (const execution of await rig.executions(id)) {
    const one = await open(rig, id, `execution_id=${execution.ID}`);
    await one.closed;
    sum += textOf(one.frames, 1).length;
  }
  expect(sum).toBe(printed(rig, 'stdout').length);
});

describe('before the upgrade', () => {
  const upgradeStatus = (rig: Rig, path: string) =>
    new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(`${rig.emulator.url.replace('http', 'ws')}${path}`);
      socket.on('unexpected-response', (_, response) => {
        resolve(response.statusCode);
        socket.terminate();
      });
      socket.on('error', () => undefined);
    });

  test('a missing credential is an ordinary 401, an unknown path an ordinary 404', async () => {
    const rig = await startRig({ auth: { mode: 'users', apiKeys: {} } });
    expect(await upgradeStatus(rig, `${JOBS}/x/logs`)).toBe(401);
    expect(await upgradeStatus(await startRig(), '/api/v1/nowhere')).toBe(404);
  });

  test('a request without upgrade headers is a 400 in plain text', async () => {
    const rig = await startRig();
    const answer = await rig.get(`${JOBS}/x/logs`);
    expect([answer.status, answer.text]).toEqual([400, 'Bad Request\n']);
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });
});

test('chunks split lines, join lines, and let the other stream speak in between', () => {
  const lines = Array.from({ length: 300 }, (_, at) => ({
    at,
    stream: at % 5 === 0 ? ('stderr' as const) : ('stdout' as const),
    text: `step ${at} loss ${at * 17} 🙂`,
  }));
  const chunks = chunksOf(lines);
  for (const stream of ['stdout', 'stderr'] as const) {
    const expected = lines.filter((line) => line.stream === stream).map((line) => `${line.text}\n`);
    const parts = chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.text);
    expect(parts.join('')).toBe(expected.join(''));
    expect(parts.some((part) => !part.endsWith('\n'))).toBe(true);
    expect(parts.every((part) => Buffer.from(part).toString() === part)).toBe(true);
  }
  expect(chunks.some((chunk) => chunk.text.slice(0, -1).includes('\n'))).toBe(true);
  const broken = chunks.findIndex(
    (chunk, at) => !chunk.text.endsWith('\n') && chunks[at + 1]?.stream !== chunk.stream,
  );
  expect(broken).toBeGreaterThanOrEqual(0);
});

test('a client that leaves ends the stream; closing the emulator ends the rest', async () => {
  const rig = await startRig();
  const id = await rig.submit({}, 'sleep 600');
  rig.pass(5000);
  const leaving = await open(rig, id, 'follow=true');
  leaving.socket.close();
  await leaving.closed;
  const staying = await open(rig, id, 'follow=true');
  await rig.emulator.close();
  expect(await staying.closed).toBe(1006);
});
