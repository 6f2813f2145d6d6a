import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openLog as open } from '../../../../test/support/bacalhau-log.ts';
import type { Frame } from '../../../../test/support/bacalhau-log.ts';
import type { Rig } from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import { chunksOf } from './frames.ts';

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
    // In the words of 1.9.3, which quotes the version that was asked for, and none was.
    const start = `failed to open log stream for job ${id}: `;
    expect(await refusedWith(rig, id)).toBe(
      `${start}no executions found for job ${id} with ID ${id}, and version 0`,
    );
    rig.pass(5000);
    const [execution] = await rig.executions(id);
    const prefix = execution?.ID.slice(0, 10);
    expect(await refusedWith(rig, id, `execution_id=${prefix}`)).toBe(
      `${start}unable to find execution ${prefix} in job ${id} and job version 1`,
    );
  });

  test('a parameter that cannot be read is wrapped twice (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const cause = 'strconv.ParseBool: parsing "maybe": invalid syntax';
    expect(await refusedWith(rig, 'none', 'follow=maybe')).toBe(
      `code=400, message=code=400, message=${cause}, internal=${cause}`,
    );
  });

  test('a node that is gone', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    rig.pass(30_000);
    const [execution] = await rig.executions(id);
    const node = execution?.NodeID.slice(2) ?? '';
    rig.site.setNodeUp(node, false);
    expect(await refusedWith(rig, id)).toContain('no responders');
    rig.site.setNodeUp(node, true);
    expect(await (await open(rig, id)).closed).toBe(1000);
  });

  test('a failed execution has to be named', async () => {
    const rig = await startRig();
    const id = await rig.submit({
      Tasks: [{ Name: 'm', Engine: { Type: 'docker', Params: { Image: 'nonexistent' } } }],
    });
    rig.pass(60_000);
    expect(await refusedWith(rig, id)).toMatch(/unable to find execution {2}in job /);
    // And then it has nothing to show: its program never started.
    const [execution] = await rig.executions(id);
    const stream = await open(rig, id, `execution_id=${execution?.ID}`);
    rig.pass(60_000);
    expect(await stream.closed).toBe(1000);
    expect(stream.frames.map((frame) => frame.error)).toEqual(['timeout while waiting for execution logs']);
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

  const upgrade = (rig: Rig, headers: Record<string, string>) =>
    new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }>(
      (resolve, reject) => {
        const call = request(`${rig.emulator.url}${JOBS}/x/logs`, { headers });
        call.on('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
        });
        call.on('upgrade', (response, socket) => {
          socket.destroy();
          resolve({ status: response.statusCode, headers: response.headers, text: '' });
        });
        call.on('error', reject);
        call.end();
      },
    );
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  test('a request without upgrade headers is an empty 200, for no job, too (seen on 1.9.3)', async () => {
    const rig = await startRig();
    for (const headers of [{}, { ...handshake, upgrade: 'WebSocket' }]) {
      const answer = await upgrade(rig, headers);
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(answer.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '0',
        'sec-websocket-version': '13',
        'x-content-type-options': 'nosniff',
        'x-bacalhau-git-version': 'v1.9.3',
      });
    }
  });

  test('another version of the protocol is a 400 in plain text (seen on 1.9.3)', async () => {
    const answer = await upgrade(await startRig(), { ...handshake, 'sec-websocket-version': '8' });
    expect([answer.status, answer.text]).toEqual([400, 'Bad Request\n']);
    expect(answer.headers['content-type']).toContain('text/plain');
  });

  test('the upgrade itself says nothing of request and version (seen on 1.9.3)', async () => {
    const answer = await upgrade(await startRig(), handshake);
    expect(answer.status).toBe(101);
    expect(Object.keys(answer.headers).sort()).toEqual(['connection', 'sec-websocket-accept', 'upgrade']);
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
