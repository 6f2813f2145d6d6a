import fc from 'fast-check';
import { expect } from 'vitest';
import type { Intent } from '../../src/act/intent.ts';
import { intentNo, LAB } from './intents.ts';
import type { StartedStore } from './store-contract.ts';

type Step =
  | { readonly type: 'claim'; readonly nth: number; readonly sends: number }
  | {
      readonly type: 'replace';
      readonly nth: number;
      readonly phase: Intent['phase'];
      readonly version: number;
    }
  | { readonly type: 'get'; readonly nth: number }
  | { readonly type: 'list'; readonly phases: readonly Intent['phase'][]; readonly limit: number }
  | { readonly type: 'restart' };

const phase = fc.constantFrom<Intent['phase'][]>('CLAIMED', 'SENDING', 'UNKNOWN', 'CREATED', 'FREE');
const nth = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('claim' as const), nth, sends: fc.nat(9) }),
  fc.record({
    type: fc.constant('replace' as const),
    nth,
    phase,
    // Of the version that is there: mostly the next.
    version: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) }), // prettier-ignore
  }),
  fc.record({ type: fc.constant('get' as const), nth }),
  fc.record({ type: fc.constant('list' as const), phases: fc.uniqueArray(phase), limit: fc.nat(6) }),
  fc.constant({ type: 'restart' as const }),
);

/** Random operations, each answered as by a table of versions. */
export async function storeModel(start: () => Promise<StartedStore>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let { store, restart } = await start();
      const table = new Map<string, Intent>();
      for (const one of steps) {
        switch (one.type) {
          case 'claim': {
            const fresh = intentNo(one.nth, { sends: one.sends });
            const there = table.get(fresh.id);
            expect(await store.claim(fresh)).toEqual({
              intent: there ?? fresh,
              claimed: there === undefined,
            });
            if (there === undefined) table.set(fresh.id, fresh);
            break;
          }
          case 'replace': {
            const { id } = intentNo(one.nth);
            const there = table.get(id);
            const version = Math.max(1, (there?.version ?? 0) + one.version);
            const intent = intentNo(one.nth, { phase: one.phase, version });
            const follows = there !== undefined && version === there.version + 1;
            expect(await store.replace(intent)).toBe(follows);
            if (follows) table.set(id, intent);
            break;
          }
          case 'get':
            expect(await store.get(intentNo(one.nth).id)).toEqual(table.get(intentNo(one.nth).id) ?? null);
            break;
          case 'list': {
            const matching = [...table.values()].filter(({ phase: own }) => one.phases.includes(own));
            expect(await store.list(LAB, one.phases, one.limit)).toEqual(matching.slice(0, one.limit));
            break;
          }
          case 'restart':
            if (restart !== null) ({ store, restart } = await restart());
        }
      }
    }),
    { numRuns: 60 },
  );
}
