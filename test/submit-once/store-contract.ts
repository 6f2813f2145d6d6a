/**
 * The contract suite of intent stores: one table of cases that every backend passes. A case knows `IntentStore` and nothing
 * of where intents are kept: it compares them by what they say, and reaches what another process wrote through another
 * client. To hold another backend to the contract, write a target and call `runStoreContract`.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Intent, IntentRetention, IntentStore } from '../../src/act/intent.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import { epochMs, type Clock } from '../../src/model/time.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import { CLOUD, intentNo, LAB, next, START } from './intents.ts';
import { storeModel } from './store-model.ts';

export interface StoreSetup {
  readonly clock: Clock;
  readonly retention: IntentRetention;
}

/** One backend. Everything that it starts is ended by `closeStarted`. */
export interface StoreTarget {
  readonly name: string;
  /** An empty store of its own. */
  start(setup: StoreSetup): Promise<StartedStore>;
  closeStarted(): Promise<void>;
}

export interface StartedStore {
  readonly store: IntentStore;
  /** The same intents for another process at the same time; null where one process alone may have them. */
  readonly other: IntentStore | null;
  /** Ends the process and starts another; null where nothing outlives it. */
  readonly restart: (() => Promise<StartedStore>) | null;
}

const PLENTY: IntentRetention = { maxAgeMs: 86_400_000, maxIntents: 1_000 };
const AT_ONCE = 100;

export function runStoreContract(target: StoreTarget): void {
  const start = (more: Partial<StoreSetup> = {}): Promise<StartedStore> =>
    target.start({ clock: createManualClock(START), retention: PLENTY, ...more });

  describe(`${target.name}: the contract of intent stores`, () => {
    afterEach(() => target.closeStarted());

    test('a claim is kept, and a second one is shown the first', async () => {
      const { store } = await start();
      const first = intentNo(1);
      expect(await store.claim(first)).toEqual({ intent: first, claimed: true });
      const second = { ...first, createdAt: epochMs(START + 99), sends: 7 };
      expect(await store.claim(second)).toEqual({ intent: first, claimed: false });
      expect(await store.get(first.id)).toEqual(first);
      expect(await store.get(intentNo(2).id)).toBeNull();
    });

    test('of a hundred claims at once one is granted, and all are shown it', async () => {
      const { store, other } = await start();
      const claims = Array.from({ length: AT_ONCE }, (_, nth) => intentNo(1, { sends: nth }));
      const answers = await Promise.all(claims.map((claim, nth) => clientOf(store, other, nth).claim(claim)));
      expect(answers.filter(({ claimed }) => claimed)).toHaveLength(1);
      const granted = answers.find(({ claimed }) => claimed)?.intent;
      for (const { intent } of answers) expect(intent).toEqual(granted);
    });

    test('claims of different submissions do not meet', async () => {
      const { store, other } = await start();
      const claims = Array.from({ length: AT_ONCE }, (_, nth) => intentNo(nth));
      const answers = await Promise.all(claims.map((claim, nth) => clientOf(store, other, nth).claim(claim)));
      expect(answers.every(({ claimed }) => claimed)).toBe(true);
      expect(await store.list(LAB, ['CLAIMED'], AT_ONCE)).toHaveLength(AT_ONCE);
    });

    test('only the version that follows is taken', async () => {
      const { store } = await start();
      const first = intentNo(1);
      expect(await store.replace(first)).toBe(false);
      await store.claim(first);
      expect(await store.replace(first)).toBe(false);
      expect(await store.replace(next(next(first)))).toBe(false);
      const second = next(first, { phase: 'SENDING', sends: 1 });
      expect(await store.replace(second)).toBe(true);
      expect(await store.replace(next(first, { phase: 'FREE' }))).toBe(false);
      expect(await store.get(first.id)).toEqual(second);
    });

    test('of a hundred next versions at once one is taken', async () => {
      const { store, other } = await start();
      const first = intentNo(1);
      await store.claim(first);
      const versions = Array.from({ length: AT_ONCE }, (_, sends) => next(first, { sends }));
      const taken = await Promise.all(
        versions.map((version, nth) => clientOf(store, other, nth).replace(version)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await store.get(first.id)).toEqual(versions[taken.indexOf(true)]);
    });

    test('every member comes back as it was written', async () => {
      const { store, other } = await start();
      const full = intentNo(1, {
        provider: CLOUD,
        id: 'cloud/stamp000001' as Intent['id'],
        target: {
          stamp: { id: 'stamp000001', specHash: 'fedcba9876543210' },
          name: 'Ein „Name“ \u2028 mit\nZeilen 🧮',
          project: 'team/ü' as NativeKey,
          rerunOf: { key: 'j-1' as NativeKey, generation: 3 },
          sentAt: epochMs(START + 5),
        },
        phase: 'UNKNOWN',
        sends: 2,
        lease: { owner: 'somebody', until: epochMs(START + 1_000) },
        keys: ['j-2', 'j-3'] as NativeKey[],
        memo: {
          name: null,
          labels: [
            ['a', 'ß'],
            ['b', null],
          ],
          spec: { cpu: 1.5, ok: true, list: [] },
        },
        problem: { code: 'PROVIDER_TIMEOUT', message: 'Provider "cloud" did not answer in time.' },
      });
      await store.claim(full);
      expect(await clientOf(store, other, 1).get(full.id)).toEqual(full);
    });

    test('lists tell of one provider, by phase, oldest first, and no more than asked for', async () => {
      const { store } = await start();
      const phases = ['CLAIMED', 'SENDING', 'UNKNOWN', 'CREATED', 'FREE'] as const;
      for (let nth = 0; nth < 20; nth += 1) {
        const provider = nth % 2 === 0 ? LAB : CLOUD;
        const claim = intentNo(nth, { provider });
        await store.claim(claim);
        await store.replace(next(claim, { phase: phases[Math.floor(nth / 2) % 5] ?? 'FREE' }));
      }
      const stamps = async (...asked: Parameters<IntentStore['list']>): Promise<string[]> =>
        (await store.list(...asked)).map(({ target }) => target.stamp.id);
      expect(await stamps(LAB, ['SENDING'], 10)).toEqual(['stamp000002', 'stamp000012']);
      expect(await stamps(CLOUD, ['UNKNOWN', 'SENDING'], 10)).toEqual(['stamp000003', 'stamp000005', 'stamp000013', 'stamp000015']); // prettier-ignore
      expect(await stamps(CLOUD, ['UNKNOWN', 'SENDING'], 3)).toEqual([
        'stamp000003',
        'stamp000005',
        'stamp000013',
      ]);
      expect(await stamps(LAB, [], 10)).toEqual([]);
      expect(await stamps(LAB, phases, 0)).toEqual([]);
    });

    test('a list follows the phases', async () => {
      const { store, other } = await start();
      const claim = intentNo(1);
      await store.claim(claim);
      const sending = next(claim, { phase: 'SENDING' });
      await store.replace(sending);
      expect(await clientOf(store, other, 1).list(LAB, ['SENDING'], 10)).toEqual([sending]);
      await store.replace(next(sending, { phase: 'CREATED' }));
      expect(await clientOf(store, other, 1).list(LAB, ['SENDING', 'UNKNOWN'], 10)).toEqual([]);
    });

    test('what is not settled is never dropped, however much there is and however old', async () => {
      const clock = createManualClock(START);
      const { store } = await start({ clock, retention: { maxAgeMs: 1_000, maxIntents: 10 } });
      const open = await Promise.all(
        Array.from({ length: 150 }, (_, nth) => {
          const phase = (['CLAIMED', 'SENDING', 'UNKNOWN'] as const)[nth % 3] ?? 'UNKNOWN';
          return claimedAs(store, nth, { phase });
        }),
      );
      clock.advance(1_000_000);
      await store.claim(intentNo(1_000));
      for (const intent of open) expect(await store.get(intent.id)).toEqual(intent);
      expect(await store.list(LAB, ['CLAIMED', 'SENDING', 'UNKNOWN'], 1_000)).toHaveLength(151);
    });

    test('what is settled goes when there is too much of it, though much else must stay', async () => {
      const { store } = await start({ retention: { maxAgeMs: 86_400_000, maxIntents: 100 } });
      const open = Array.from({ length: 70 }, (_, nth) => claimedAs(store, nth, { phase: 'UNKNOWN' }));
      await Promise.all(open);
      for (let nth = 70; nth < 130; nth += 1) {
        await claimedAs(store, nth, { phase: nth % 2 === 0 ? 'CREATED' : 'FREE' });
      }
      expect(await store.list(LAB, ['UNKNOWN'], 1_000)).toHaveLength(70);
      const settled = await store.list(LAB, ['CREATED', 'FREE'], 1_000);
      expect(settled.length).toBeLessThanOrEqual(31);
      // The newest are the ones that may be asked for.
      expect(await store.get(intentNo(129).id)).not.toBeNull();
      expect(await store.get(intentNo(70).id)).toBeNull();
    });

    test('what was settled long ago goes, and may be claimed again', async () => {
      const clock = createManualClock(START);
      const { store } = await start({ clock, retention: { maxAgeMs: 60_000, maxIntents: 1_000 } });
      const old = intentNo(1);
      await store.claim(old);
      await store.replace(next(old, { phase: 'CREATED', updatedAt: clock.now() }));
      clock.advance(59_000);
      await store.claim(intentNo(2, { createdAt: clock.now(), updatedAt: clock.now() }));
      expect(await store.get(old.id)).not.toBeNull();
      clock.advance(2_000);
      await store.claim(intentNo(3, { createdAt: clock.now(), updatedAt: clock.now() }));
      expect(await store.get(old.id)).toBeNull();
      expect(await store.claim(old)).toEqual({ intent: old, claimed: true });
    });

    test('what somebody is about to go on with stays', async () => {
      const { store } = await start({ retention: { maxAgeMs: 86_400_000, maxIntents: 5 } });
      const claim = intentNo(1);
      const lease = { owner: 'somebody', until: epochMs(START + 30_000) };
      await store.claim(claim);
      await store.replace(next(claim, { phase: 'FREE' }));
      const held = next(next(claim), { phase: 'FREE', lease });
      await store.replace(held);
      for (let nth = 2; nth < 20; nth += 1) await claimedAs(store, nth, { phase: 'CREATED' });
      expect(await store.get(claim.id)).toEqual(held);
    });

    test('any sequence of operations is answered as by a table', () => storeModel(() => start()));

    test('a restart finds everything that was answered, and goes on with its versions', async () => {
      const { store, restart } = await start();
      const claims = Array.from({ length: 30 }, (_, nth) => intentNo(nth));
      await Promise.all(claims.map((claim) => store.claim(claim)));
      const later = claims.map((claim, nth) => next(claim, nth % 2 === 0 ? { phase: 'SENDING', sends: 1 } : { phase: 'CREATED' })); // prettier-ignore
      await Promise.all(later.map((intent) => store.replace(intent)));
      expect(store.durable).toBe(restart !== null);
      if (restart === null) return;
      const again = await restart();
      for (const intent of later) expect(await again.store.get(intent.id)).toEqual(intent);
      expect(await again.store.list(LAB, ['SENDING'], 100)).toEqual(later.filter((_, nth) => nth % 2 === 0));
      const [first = intentNo(0)] = later;
      expect(await again.store.claim(intentNo(0))).toEqual({ intent: first, claimed: false });
      expect(await again.store.replace(next(first, { phase: 'UNKNOWN' }))).toBe(true);
      expect(await again.store.replace(next(first, { phase: 'FREE' }))).toBe(false);
    });
  });
}

/** Claims one and writes its next version, which is answered. */
async function claimedAs(store: IntentStore, nth: number, change: Partial<Intent>): Promise<Intent> {
  const claim = intentNo(nth);
  await store.claim(claim);
  const intent = next(claim, change);
  await store.replace(intent);
  return intent;
}

/** Every second call comes from the other process, where there may be one. */
function clientOf(store: IntentStore, other: IntentStore | null, nth: number): IntentStore {
  return nth % 2 === 1 && other !== null ? other : store;
}
