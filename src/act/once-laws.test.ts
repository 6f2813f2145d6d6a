import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { START } from '../../test/submit-once/intents.ts';
import {
  ENFORCED,
  LOOKUP,
  NONE,
  ScriptedProvider,
  type SendScript,
} from '../../test/submit-once/scripted-provider.ts';
import { SharedIntents } from '../../test/submit-once/stores.ts';
import type { SubmissionTraits } from '../providers/acting.ts';
import { createManualClock } from '../sandbox/clock.ts';
import type { IntentStore } from './intent.ts';
import { Once, type OnceResult } from './once.ts';

const FLIGHT_MS = 20_000;
const LONG_MS = 10 * FLIGHT_MS;

/** One call: by which process, for which specification. */
interface Call {
  readonly process: number;
  readonly specHash: string;
  readonly mayCreate: boolean;
}

interface Story {
  readonly sends: readonly SendScript[];
  readonly failingFinds: number;
  readonly calls: readonly Call[];
  /** Process 0 ends at this one of its steps; null for never. */
  readonly endsAt: number | null;
}

const takesMs = fc.integer({ min: 1, max: 3_000 });
const send: fc.Arbitrary<SendScript> = fc.oneof(
  // Providers do not lie: a refusal is one.
  fc.record({ commitAfterMs: fc.constantFrom(null, 0), isAnswered: fc.constant(true), takesMs }),
  fc.record({
    commitAfterMs: fc.oneof(fc.constantFrom(null, 0), fc.integer({ min: 1, max: 9_000 })),
    isAnswered: fc.constant(false),
    takesMs,
  }),
);
const call: fc.Arbitrary<Call> = fc.record({
  process: fc.integer({ min: 0, max: 1 }),
  specHash: fc.oneof(
    { weight: 5, arbitrary: fc.constant('one') },
    { weight: 1, arbitrary: fc.constant('two') },
  ),
  mayCreate: fc.oneof(
    { weight: 5, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
});
const story: fc.Arbitrary<Story> = fc.record({
  sends: fc.array(send, { maxLength: 4 }),
  failingFinds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })),
  calls: fc.array(call, { minLength: 1, maxLength: 5 }),
  endsAt: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 12 })),
});

const TRAITS: readonly (readonly [string, SubmissionTraits])[] = [
  ['that keeps a second one away', ENFORCED],
  ['that can only be looked at', LOOKUP],
  ['that can do neither', NONE],
];

/** A provider, a store and two processes, whose steps come in the order that `step` lets them. */
function stage(
  traits: SubmissionTraits,
  { sends, failingFinds, endsAt }: Story,
  step: (name: string) => Promise<void>,
) {
  const clock = createManualClock(START);
  const provider = new ScriptedProvider(clock, traits);
  provider.sends.push(...sends);
  provider.failingFinds = failingFinds;
  const store = new SharedIntents(clock);
  let steps = 0;
  /** A step of a process; never comes back once it has ended. */
  const turn = async (owner: string, name: string): Promise<void> => {
    if (owner === '0') {
      if (endsAt !== null && steps >= endsAt) return new Promise(() => {});
      steps += 1;
    }
    await step(`${owner} ${name}`);
  };
  const storeOf = (owner: string): IntentStore => {
    const around = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
      await turn(owner, name);
      const result = await run();
      await turn(owner, `${name}.`);
      return result;
    };
    return {
      durable: true,
      claim: (fresh) => around('claim', () => store.claim(fresh)),
      get: (id) => around('get', () => store.get(id)),
      replace: (next) => around(`replace ${next.phase}`, () => store.replace(next)),
      list: (...asked) => store.list(...asked),
      close: () => Promise.resolve(),
    };
  };
  const onces = new Map<string, Once>();
  const once = (owner: string): Once => {
    const made = new Once({
      store: storeOf(owner),
      clock,
      owner,
      flightMs: FLIGHT_MS,
      sleep: async (ms) => {
        await turn(owner, 'sleep');
        clock.advance(ms);
      },
      onUnknown: () => {},
      onFault: (fault) => {
        throw fault;
      },
    });
    onces.set(owner, made);
    return made;
  };
  const run = (owner: string, specHash: string, mayCreate = true): Promise<OnceResult> => {
    const calls = provider.calls(specHash);
    const own = {
      ...calls,
      send: async (ctx: Parameters<typeof calls.send>[0]) => {
        await turn(owner, 'send');
        const answer = await calls.send(ctx);
        await turn(owner, 'sent');
        return answer;
      },
      find: async (...asked: Parameters<typeof calls.find>) => {
        await turn(owner, 'find');
        const answer = await calls.find(...asked);
        await turn(owner, 'found');
        return answer;
      },
    };
    return (onces.get(owner) ?? once(owner)).run(own, { mayCreate });
  };
  return { clock, provider, run };
}

/** What was told must be so, and be the same for everybody. */
function check(
  provider: ScriptedProvider,
  told: readonly (OnceResult & { readonly specHash: string })[],
): void {
  expect(provider.objects.length).toBeLessThanOrEqual(1);
  const created = told.filter(({ outcome }) => outcome === 'CREATED');
  const [object] = provider.objects;
  for (const one of created) {
    expect(object?.specHash).toBe(one.specHash);
    if (one.outcome === 'CREATED') expect(one.keys).toEqual([object?.key]);
  }
}

/** When all trouble is over, whoever repeats learns of it; nobody makes a second one. */
async function settle({ clock, provider, run }: ReturnType<typeof stage>): Promise<OnceResult> {
  provider.sends.length = 0;
  provider.failingFinds = 0;
  let result: OnceResult = { outcome: 'MISMATCH' };
  let specHash = 'one';
  for (let repeat = 0; repeat < 6; repeat += 1) {
    clock.advance(LONG_MS);
    result = await run('late', specHash);
    if (result.outcome === 'CREATED') break;
    if (result.outcome === 'MISMATCH') specHash = specHash === 'one' ? 'two' : 'one';
  }
  clock.advance(LONG_MS);
  return result;
}

describe.each(TRAITS)('at a provider %s', (_name, traits) => {
  test('whatever happens at once, one is made, and it is known which', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, told) => {
        const scene = stage(traits, told, (name) => scheduler.schedule(Promise.resolve(), name));
        const results: (OnceResult & { readonly specHash: string })[] = [];
        for (const { process, specHash, mayCreate } of told.calls) {
          void scene
            .run(String(process), specHash, mayCreate)
            .then((result) => results.push({ ...result, specHash }));
        }
        await scheduler.waitIdle();
        check(scene.provider, results);
        // The steps go on while the rest is settled.
        const last = await scheduler.waitFor(settle(scene));
        check(scene.provider, results);
        if (traits.once === 'NONE') expect(['CREATED', 'UNKNOWN', 'REFUSED']).toContain(last.outcome);
        else expect(last.outcome).toBe('CREATED');
        expect(scene.provider.objects).toHaveLength(
          last.outcome === 'CREATED' ? 1 : scene.provider.objects.length,
        );
      }),
      { numRuns: 400 },
    );
  });

  test('one after the other, nobody is told that nothing was created while it may be', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.array(fc.integer({ min: 0, max: 15_000 })), async (told, pauses) => {
        const scene = stage(traits, { ...told, endsAt: null }, () => Promise.resolve());
        for (const [nth, { process, specHash, mayCreate }] of told.calls.entries()) {
          const result = await scene.run(String(process), specHash, mayCreate);
          check(scene.provider, [{ ...result, specHash }]);
          if (result.outcome === 'REFUSED') {
            expect(scene.provider.objects).toHaveLength(0);
            expect(scene.provider.isOpen).toBe(false);
          }
          scene.clock.advance(pauses[nth] ?? 0);
        }
        await settle(scene);
        check(scene.provider, []);
      }),
      { numRuns: 400 },
    );
  });
});
