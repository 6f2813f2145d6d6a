import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { createLiveClient } from '../../src/client/index.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { until } from '../support/loopback.ts';
import { QUIET, seeded, stir, SWIFT } from './busy-world.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { startReplica } from './replica.ts';
import { expectMirrored, WATCH, Witness } from './watched-jobs.ts';

const PATIENCE_MS = 20_000;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A client whose gateway can be replaced by another over the same world. */
async function start(transport: 'ws' | 'sse', directory: string | null, live = {}) {
  const sandbox: Sandbox = await startSandbox({ ...QUIET, seed: 5 });
  cleanups.push(() => sandbox.close());
  const options: TestGatewayOptions = {
    over: sandbox,
    live: { ...SWIFT, ...live },
    config: { data: { directory } },
  };
  const first = await startTestGateway(options);
  const rig = { sandbox, gateway: first as TestGateway | null };
  cleanups.push(() => rig.gateway?.close());
  const proxy = await startCuttingProxy(first.url);
  cleanups.push(() => proxy.close());
  const client = createLiveClient({
    url: `${proxy.url}/graphql`,
    transport,
    webSocket: WebSocket,
    backoff: { baseMs: 20, maxMs: 100, laterMs: 50 },
  });
  cleanups.push(() => client.close());
  const witness = new Witness();
  client.subscribe(WATCH, {}, witness.handlers);
  const mirror = client.mirror(WATCH, {}, { object: 'job' });
  const random = seeded(9);
  const stirUp = (count: number, name: string): void => {
    for (let i = 0; i < count; i++) stir(sandbox, random, `${name} ${String(i)}`);
  };
  const changes = (): number => witness.count('JobChange');
  await until('the snapshot', () => mirror.complete && witness.count('SnapshotEnd') === 1, PATIENCE_MS);
  stirUp(5, 'before');
  await until('changes', () => changes() > 5, PATIENCE_MS);
  return {
    first,
    proxy,
    client,
    witness,
    mirror,
    stirUp,
    close: async () => {
      rig.gateway = null;
      await first.close();
    },
    replace: async (): Promise<TestGateway> => {
      rig.gateway = await startTestGateway(options);
      proxy.target = rig.gateway.url;
      return rig.gateway;
    },
  };
}

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gridweave-client-'));
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** How many events there have been. */
function eventsOf({ providers, services }: TestGateway): number {
  const log = services.live?.hub.log;
  return providers.all.reduce((sum, { key }) => sum + (log?.window(key)?.lastSeq ?? 0), 0);
}

describe.each(['ws', 'sse'] as const)('over %s', (transport) => {
  it(
    'a gateway that restarts with its window on disk is gone on with: no gap, no snapshot',
    { timeout: 60_000 },
    async () => {
      const { witness, mirror, stirUp, close, replace } = await start(transport, await directory());
      await close();
      stirUp(4, 'meanwhile');
      const second = await replace();
      stirUp(4, 'after');
      await expectMirrored(second, mirror.objects);
      await until('the last job', () => witness.heardOf('after'), PATIENCE_MS);
      expect(witness.heardOf('meanwhile')).toBe(true);
      expect([witness.count('Gap'), witness.count('SnapshotEnd')]).toEqual([0, 1]);
      expect([witness.breaks, witness.repeated, witness.restarts]).toEqual([[], [], []]);
    },
  );

  it(
    'one that is cut off is gone on with at its replica: no gap, no snapshot',
    { timeout: 60_000 },
    async () => {
      const { first, proxy, witness, mirror, stirUp } = await start(transport, null);
      const replica = await startReplica(first);
      cleanups.push(() => replica.close());
      stirUp(2, 'meanwhile');
      await first.live.close();
      proxy.target = replica.url;
      proxy.cut();
      stirUp(4, 'after');
      await expectMirrored(first, mirror.objects);
      await until('the last job', () => witness.heardOf('after'), PATIENCE_MS);
      expect([witness.count('Gap'), witness.count('SnapshotEnd')]).toEqual([0, 1]);
      expect([witness.breaks, witness.repeated, witness.restarts]).toEqual([[], [], []]);
    },
  );

  it(
    'one that restarts without says so: a gap, a snapshot, and then changes',
    { timeout: 60_000 },
    async () => {
      const { witness, mirror, stirUp, close, replace } = await start(transport, null);
      await close();
      stirUp(4, 'meanwhile');
      const second = await replace();
      await until('the gap', () => witness.count('SnapshotEnd') === 2, PATIENCE_MS);
      stirUp(4, 'after');
      await expectMirrored(second, mirror.objects);
      const types = witness.messages.map(({ __typename }) => __typename);
      expect(witness.messages.filter(({ __typename }) => __typename === 'Gap')).toEqual([
        expect.objectContaining({ reason: 'EPOCH' }),
      ]);
      expect(types[types.indexOf('Gap') + 1]).toBe('JobSnapshot');
      expect([witness.breaks, witness.repeated, witness.restarts]).toEqual([[], [], []]);
      expect(mirror.complete).toBe(true);
    },
  );

  it(
    'one that drains hands over a cursor, and its replica goes on from it',
    { timeout: 60_000 },
    async () => {
      const { first, proxy, witness, mirror, stirUp } = await start(transport, null);
      const replica = await startReplica(first);
      cleanups.push(() => replica.close());
      await first.live.drain();
      await until('to be told', () => witness.waits.length > 0);
      expect(witness.messages.at(-1)).toMatchObject({ __typename: 'Bookmark', closing: true });
      expect(witness.waits[0]).toMatch(transport === 'ws' ? /^draining.*\(4503\)$/ : /ended the stream/);
      // It answers 503 by now, which is no reason to give up.
      await until('to be refused', () => witness.waits.length > 2);
      stirUp(4, 'after');
      proxy.target = replica.url;
      // The old process goes, and with it what was kept alive.
      proxy.cut();
      await expectMirrored(first, mirror.objects);
      expect([witness.count('Gap'), witness.count('SnapshotEnd'), witness.ends.length]).toEqual([0, 1, 0]);
      expect([witness.breaks, witness.repeated, witness.restarts]).toEqual([[], [], []]);
      await until('the last job', () => witness.heardOf('after'), PATIENCE_MS);
    },
  );
});

it('somebody who was away for longer than the window reaches is told so', { timeout: 60_000 }, async () => {
  const { first, proxy, witness, mirror, stirUp } = await start('ws', null, { windowEvents: 20 });
  const { target } = proxy;
  const before = eventsOf(first);
  proxy.target = 'http://127.0.0.1:1';
  proxy.cut();
  await until('to be away', () => witness.waits.length > 0);
  stirUp(30, 'unseen');
  await until('the window to move on', () => eventsOf(first) > before + 25, PATIENCE_MS);
  proxy.target = target;
  await until('the snapshot', () => witness.count('SnapshotEnd') === 2, PATIENCE_MS);
  expect(witness.messages.filter(({ __typename }) => __typename === 'Gap')).toEqual([
    expect.objectContaining({ reason: 'POSITION' }),
  ]);
  await expectMirrored(first, mirror.objects);
  expect([witness.breaks, witness.repeated]).toEqual([[], []]);
});

it(
  'a loop is left with nothing behind, and a stored cursor begins another',
  { timeout: 60_000 },
  async () => {
    const { first, client, stirUp } = await start('sse', null);
    const others = first.live.stats.operations;
    let stored: string | null = null;
    stirUp(2, 'one');
    for await (const message of client.events(WATCH, {})) {
      stored = message.cursor;
      if (message.__typename === 'JobChange') break;
    }
    await until('it is gone', () => first.live.stats.operations === others, PATIENCE_MS);
    stirUp(2, 'two');
    const types: string[] = [];
    for await (const message of client.events(WATCH, { after: stored ?? '' })) {
      types.push(message.__typename);
      if ('job' in message && message.job.name.startsWith('two')) break;
    }
    expect(types).not.toContain('JobSnapshot');
    await until('it is gone', () => first.live.stats.operations === others, PATIENCE_MS);
  },
);
