import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import { createLiveClient } from '../../src/client/index.ts';
import { startTestGateway } from '../support/gateway.ts';
import { until } from '../support/loopback.ts';
import { QUIET, seeded, stir, SWIFT } from './busy-world.ts';
import { SPARED, startCuttingProxy } from './cutting-proxy.ts';
import { expectMirrored, WATCH, Witness } from './watched-jobs.ts';

const STEPS = 50;

describe.each(['ws', 'sse'] as const)('over %s, cut at any byte while jobs move', (transport) => {
  it.each([1, 2])(
    'nothing is missed, nothing comes twice, and the mirror is the truth (seed %i)',
    { timeout: 240_000 },
    async (seed) => {
      const random = seeded(seed);
      const gateway = await startTestGateway({ sandbox: { ...QUIET, seed }, live: SWIFT });
      const proxy = await startCuttingProxy(gateway.url);
      proxy.fateOf = () => ({
        bytes: Math.floor(150 + random() ** 3 * 30_000),
        freezes: random() < 0.1,
      });
      const client = createLiveClient({
        url: `${proxy.url}/graphql`,
        transport,
        webSocket: WebSocket,
        backoff: { baseMs: 5, maxMs: 100, random },
        // Three bookmarks.
        silenceMs: 1_500,
      });
      try {
        const witness = new Witness();
        client.subscribe(WATCH, {}, witness.handlers);
        const { onMessage: _, ...told } = new Witness().handlers;
        const mirror = client.mirror(WATCH, {}, { object: 'job', ...told });
        // Only what moves is cut: the world is stirred until there were accidents enough.
        for (let step = 0; step < STEPS || (proxy.accidents <= 10 && step < 20 * STEPS); step++) {
          stir(gateway.sandbox, random, `job ${String(step)}`);
          await delay(random() * 150);
        }
        expect(proxy.accidents).toBeGreaterThan(10);
        expect(witness.ends).toEqual([]);
        proxy.fateOf = () => SPARED;
        proxy.cut();
        await expectMirrored(gateway, mirror.objects, 30_000);
        expect(mirror.complete).toBe(true);

        expect(witness.breaks).toEqual([]);
        expect(witness.repeated).toEqual([]);
        expect(witness.count('Gap')).toBe(0);
        // Once it was complete it was never needed again.
        expect(witness.count('SnapshotEnd')).toBe(1);
        expect(new Set(witness.restarts)).toEqual(
          new Set(witness.restarts.length > 0 ? ['SNAPSHOT_CUT'] : []),
        );
        expect(witness.count('JobChange')).toBeGreaterThan(STEPS / 2);
        expect(witness.waits.length).toBeGreaterThan(1);
        expect(witness.ends).toEqual([]);
        client.close();
        await until('the gateway has nobody', () => gateway.live.stats.operations === 0);
        expect(witness.ends).toEqual([null]);
      } finally {
        client.close();
        await proxy.close();
        await gateway.close();
      }
    },
  );
});
