import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createManualClock } from './clock.ts';
import type { EmulatorServer, EmulatorServerOptions } from './http.ts';
import { startEmulatorServer } from './http.ts';

const START = Date.UTC(2026, 0, 5, 9);
const running: EmulatorServer[] = [];

async function start(options: Partial<EmulatorServerOptions> = {}): Promise<EmulatorServer> {
  const emulator = await startEmulatorServer({
    kind: 'bacalhau',
    clock: createManualClock(START),
    seed: 1,
    handle: (request) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, body: request.body.toString(), at: request.now() }),
    }),
    ...options,
  });
  running.push(emulator);
  return emulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

describe('requests', () => {
  it('decodes the path once and every segment by itself', async () => {
    const emulator = await start();
    const answer = await fetch(`${emulator.url}/api/jobs/a%2Fb%2520c/?x=1&x=2`, {
      method: 'PUT',
      body: 'hi',
    });
    expect(await answer.json()).toMatchObject({
      method: 'PUT',
      path: '/api/jobs/a/b%20c/',
      segments: ['api', 'jobs', 'a/b%20c'],
      rawTarget: '/api/jobs/a%2Fb%2520c/?x=1&x=2',
      body: 'hi',
      expired: false,
    });
    expect(answer.headers.get('date')).toBe(new Date(START).toUTCString());
    expect(emulator.calls).toEqual([
      { method: 'PUT', target: '/api/jobs/a%2Fb%2520c/?x=1&x=2', path: '/api/jobs/a/b%20c/', at: START },
    ]);
    emulator.resetCalls();
    expect(emulator.calls).toEqual([]);
  });

  it('refuses broken percent-encoding', async () => {
    const emulator = await start();
    expect((await fetch(`${emulator.url}/%E0%A4%A`)).status).toBe(400);
  });

  it('refuses a body above its limit and stays usable', async () => {
    const emulator = await start({
      maxBodyBytes: 1000,
      bodyTooLarge: () => ({ status: 413, body: 'too big' }),
    });
    const answer = await fetch(`${emulator.url}/x`, { method: 'POST', body: 'x'.repeat(1001) });
    expect([answer.status, await answer.text()]).toEqual([413, 'too big']);
    expect((await fetch(`${emulator.url}/x`, { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200);
    expect(emulator.errors).toEqual([]);
  });

  it('answers 500 when a handler throws, and keeps the error', async () => {
    const failure = new Error('handler bug');
    const emulator = await start({
      handle: () => {
        throw failure;
      },
    });
    expect((await fetch(emulator.url)).status).toBe(500);
    expect(emulator.errors).toEqual([failure]);
  });

  it('lets the credential check refuse', async () => {
    const emulator = await start({
      authorizedCheck: (request) =>
        request.expired || request.headers.authorization !== 'yes' ? { status: 401, body: '' } : null,
    });
    expect((await fetch(emulator.url)).status).toBe(401);
    const headers = { authorization: 'yes' };
    expect((await fetch(emulator.url, { headers })).status).toBe(200);
    emulator.faults.set('token', { effect: { kind: 'unauthorized' }, times: 1 });
    expect((await fetch(emulator.url, { headers })).status).toBe(401);
    expect((await fetch(emulator.url, { headers })).status).toBe(200);
  });

  it('says which address it cannot use', async () => {
    const emulator = await start();
    const port = Number(new URL(emulator.url).port);
    await expect(start({ port })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('faults on the wire', () => {
  it('answers a status with body and Retry-After, so many times', async () => {
    const emulator = await start();
    emulator.faults.set('busy', {
      match: 'GET /jobs',
      times: 2,
      effect: { kind: 'status', status: 429, body: 'slow down', contentType: 'text/plain', retryAfter: '7' },
    });
    expect((await fetch(`${emulator.url}/nodes`)).status).toBe(200);
    const refused = await fetch(`${emulator.url}/jobs`);
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      429,
      '7',
      'slow down',
    ]);
    expect((await fetch(`${emulator.url}/jobs`)).status).toBe(429);
    expect((await fetch(`${emulator.url}/jobs`)).status).toBe(200);
    expect(emulator.faults.list()).toEqual({});
  });

  it('sends garbage, and less than it promised', async () => {
    const emulator = await start({ handle: () => ({ status: 200, body: 'x'.repeat(100) }) });
    emulator.faults.set('garbage', { effect: { kind: 'garbage', body: '{"Items":[' } });
    const garbage = await fetch(emulator.url);
    expect([garbage.status, await garbage.text()]).toEqual([200, '{"Items":[']);
    emulator.faults.clear();
    emulator.faults.set('cut', { effect: { kind: 'truncate', bytes: 10 } });
    const cut = await fetch(emulator.url);
    expect(cut.headers.get('content-length')).toBe('100');
    await expect(cut.text()).rejects.toThrow('terminated');
  });

  it('resets before or after the request took effect', async () => {
    let handled = 0;
    const emulator = await start({
      handle: () => {
        handled += 1;
        return { status: 200, body: '' };
      },
    });
    emulator.faults.set('drop', { effect: { kind: 'reset' } });
    await expect(fetch(emulator.url, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect(handled).toBe(0);
    emulator.faults.set('drop', { effect: { kind: 'reset', afterCommit: true } });
    await expect(fetch(emulator.url, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect(handled).toBe(1);
  });

  it('hangs until the client gives up or the emulator closes', async () => {
    const emulator = await start();
    emulator.faults.set('hang', { effect: { kind: 'hang' } });
    await expect(fetch(emulator.url, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    const held = fetch(`${emulator.url}/held`).catch((error: unknown) => error);
    await expect.poll(() => emulator.calls.length).toBe(2);
    await emulator.close();
    expect(await held).toBeInstanceOf(TypeError);
  });

  it('answers late, and lets a body drip', async () => {
    const emulator = await start({ handle: () => ({ status: 200, body: '0123456789' }) });
    emulator.faults.set('late', { effect: { kind: 'latency', ms: 40 }, times: 1 });
    const before = performance.now();
    expect((await fetch(emulator.url)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(38);
    emulator.faults.set('drip', { effect: { kind: 'slow-body', bytesPerSecond: 200 } });
    const slow = await fetch(emulator.url);
    const headersAt = performance.now();
    expect(await slow.text()).toBe('0123456789');
    expect(performance.now() - headersAt).toBeGreaterThan(25);
  });

  it('shifts the clock of the calls it hits', async () => {
    const emulator = await start();
    emulator.faults.set('skew', { effect: { kind: 'clock-skew', ms: -90_000 } });
    const answer = await fetch(emulator.url);
    expect(answer.headers.get('date')).toBe(new Date(START - 90_000).toUTCString());
    expect(await answer.json()).toMatchObject({ at: START - 90_000 });
  });

  it('draws probabilities from the seed', async () => {
    const pattern = async (seed: number): Promise<string> => {
      const emulator = await start({ seed });
      emulator.faults.set('flaky', { probability: 0.5, effect: { kind: 'status', status: 503 } });
      let text = '';
      for (let i = 0; i < 24; i++) text += (await fetch(emulator.url)).status === 503 ? 'x' : '.';
      return text;
    };
    const [first, again, other] = [await pattern(7), await pattern(7), await pattern(8)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toMatch(/x.*\.|\..*x/);
  });
});

describe('the control endpoint', () => {
  it('breaks and mends a running emulator', async () => {
    const emulator = await start();
    const put = (path: string, body: unknown): Promise<Response> =>
      fetch(emulator.url + path, { method: 'PUT', body: JSON.stringify(body) });
    const fault = { match: 'GET /jobs', effect: { kind: 'status', status: 503 } };
    expect((await put('/-/faults/down', fault)).status).toBe(200);
    expect((await fetch(`${emulator.url}/jobs`)).status).toBe(503);
    expect(await (await fetch(`${emulator.url}/-/faults`)).json()).toEqual({ down: fault });
    expect(await (await fetch(`${emulator.url}/-/faults/down`)).json()).toEqual(fault);
    await fetch(`${emulator.url}/-/faults/down`, { method: 'DELETE' });
    expect((await fetch(`${emulator.url}/jobs`)).status).toBe(200);
    expect((await put('/-/faults', { a: fault, b: { effect: { kind: 'hang' }, times: 1 } })).status).toBe(
      200,
    );
    expect(Object.keys(emulator.faults.list())).toEqual(['a', 'b']);
    await fetch(`${emulator.url}/-/faults`, { method: 'DELETE' });
    expect(emulator.faults.list()).toEqual({});
    expect(await (await fetch(`${emulator.url}/-/calls`)).json()).toHaveLength(2);
    await fetch(`${emulator.url}/-/calls`, { method: 'DELETE' });
    expect(emulator.calls).toEqual([]);
  });

  it.each([
    ['{', 'not JSON'],
    ['{}', 'effect'],
    ['{"effect":{"kind":"fire"}}', 'kind'],
    ['{"effect":{"kind":"status","status":99}}', 'status'],
    ['{"effect":{"kind":"latency"}}', 'ms'],
    ['{"effect":{"kind":"slow-body","bytesPerSecond":0}}', 'bytesPerSecond'],
    ['{"effect":{"kind":"hang"},"times":"2"}', 'times'],
  ])('refuses %s', async (body, word) => {
    const emulator = await start();
    const answer = await fetch(`${emulator.url}/-/faults/x`, { method: 'PUT', body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(word);
    expect(emulator.faults.list()).toEqual({});
  });

  it('is out of the faults’ reach', async () => {
    const emulator = await start();
    emulator.faults.set('all', { effect: { kind: 'reset' } });
    expect((await fetch(`${emulator.url}/-/faults`)).status).toBe(200);
    expect((await fetch(`${emulator.url}/-/nothing`)).status).toBe(404);
    expect((await fetch(`${emulator.url}/-/calls`, { method: 'POST' })).status).toBe(405);
  });
});

describe('upgrades', () => {
  const open = (url: string): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'));
      socket.once('open', () => {
        resolve(socket);
      });
      socket.once('error', reject);
    });

  const startSocketEmulator = (): Promise<EmulatorServer> => {
    const sockets = new WebSocketServer({ noServer: true });
    return start({
      upgrade: (request, socket, head) => {
        sockets.handleUpgrade(request.message, socket, head, (client) => {
          client.send(request.path);
        });
      },
      authorizedCheck: (request) => (request.expired ? { status: 401, body: 'expired' } : null),
    });
  };

  it('hands sockets over and ends them with the emulator', async () => {
    const emulator = await startSocketEmulator();
    const socket = new WebSocket(`${emulator.url.replace('http', 'ws')}/logs`);
    const text = await new Promise<string>((resolve) => {
      socket.once('message', (data: Buffer) => {
        resolve(data.toString());
      });
    });
    expect(text).toBe('/logs');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await emulator.close();
    await closed;
  });

  it.each([
    [{ kind: 'status', status: 503 }, '503'],
    [{ kind: 'unauthorized' }, '401'],
    [{ kind: 'reset' }, 'socket hang up|ECONNRESET'],
  ] as const)('is subject to %o', async (effect, message) => {
    const emulator = await startSocketEmulator();
    emulator.faults.set('fault', { effect });
    await expect(open(emulator.url)).rejects.toThrow(new RegExp(message));
    expect(emulator.calls).toHaveLength(1);
  });

  it('refuses an upgrade nobody takes', async () => {
    const emulator = await start();
    await expect(open(emulator.url)).rejects.toThrow('426');
  });
});

describe('close', () => {
  it('ends idle, busy and half-open connections, twice if asked', async () => {
    const emulator = await start();
    emulator.faults.set('late', { match: '/late', effect: { kind: 'latency', ms: 60_000 } });
    const port = Number(new URL(emulator.url).port);
    const idle = connect(port, '127.0.0.1');
    const half = connect(port, '127.0.0.1', () =>
      half.write('POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc'),
    );
    for (const socket of [idle, half]) socket.on('error', () => socket.destroy());
    const ended = [idle, half].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const late = fetch(`${emulator.url}/late`).catch((error: unknown) => error);
    await expect.poll(() => emulator.calls.length).toBe(2);
    await Promise.all([emulator.close(), emulator.close()]);
    await Promise.all(ended);
    expect(await late).toBeInstanceOf(TypeError);
    await expect(fetch(emulator.url)).rejects.toThrow('fetch failed');
    expect(emulator.errors).toEqual([]);
  });

  it('leaves no socket, server or timer behind', async () => {
    const active = (): number =>
      process.getActiveResourcesInfo().filter((name) => /^(TCP|Timeout)/.test(name)).length;
    const before = active();
    const emulator = await start({ handle: () => ({ status: 200, body: 'x'.repeat(1000) }) });
    emulator.faults.set('drip', { match: '/drip', effect: { kind: 'slow-body', bytesPerSecond: 1 } });
    emulator.faults.set('late', { match: '/late', effect: { kind: 'latency', ms: 60_000 } });
    emulator.faults.set('hang', { match: '/hang', effect: { kind: 'hang' } });
    const ends = ['/drip', '/late', '/hang', '/'].map((path) =>
      fetch(emulator.url + path)
        .then((answer) => answer.text())
        .catch((error: unknown) => error),
    );
    await expect.poll(() => emulator.calls.length).toBe(4);
    await emulator.close();
    const [drip, late, hang] = await Promise.all(ends);
    for (const end of [drip, late, hang]) expect(end).toBeInstanceOf(TypeError);
    // The client's own sockets close a moment after the server's.
    await expect.poll(active, { timeout: 5000 }).toBeLessThanOrEqual(before);
    expect(emulator.errors).toEqual([]);
  });
});
