import { describe, expect, test, vi } from 'vitest';
import {
  ENFORCED,
  failure,
  LATE,
  LOOKUP,
  LOST_ANSWER,
  LOST_REQUEST,
  NONE,
  REFUSED,
  ScriptedProvider,
} from '../../test/submit-once/scripted-provider.ts';
import { LAB, START } from '../../test/submit-once/intents.ts';
import type { SubmissionTraits } from '../providers/acting.ts';
import { createManualClock } from '../sandbox/clock.ts';
import { intentId, type Intent, type IntentStore } from './intent.ts';
import { MemoryIntents } from './memory-intents.ts';
import { Once } from './once.ts';

class DurableIntents extends MemoryIntents {
  override readonly durable = true;
}

const FLIGHT_MS = 20_000;
const ID = intentId(LAB, 'abcdefghijklmnopqrstuvwx23');

function setUp(traits: SubmissionTraits, given?: IntentStore, clock = createManualClock(START)) {
  const store = given ?? new DurableIntents(clock);
  const provider = new ScriptedProvider(clock, traits);
  const unknown: Intent[] = [];
  const faults: unknown[] = [];
  const once = (owner: string): Once =>
    new Once({
      store,
      clock,
      owner,
      flightMs: FLIGHT_MS,
      sleep: (ms) => Promise.resolve(clock.advance(ms)),
      onUnknown: (intent) => unknown.push(intent),
      onFault: (fault) => faults.push(fault),
    });
  return { clock, store, provider, unknown, faults, once, first: once('first') };
}

const phaseIn = async (store: IntentStore): Promise<string | undefined> => (await store.get(ID))?.phase;

describe('a create that is answered', () => {
  test('is written before and after, and replayed', async () => {
    const { provider, store, first } = setUp(ENFORCED);
    const seen: (string | undefined)[] = [];
    provider.turn = async (name) => {
      if (name === 'send') seen.push(await phaseIn(store));
    };
    expect(await first.run(provider.calls())).toMatchObject({
      outcome: 'CREATED',
      replayed: false,
      keys: ['job-1'],
    });
    expect(seen).toEqual(['SENDING']);
    expect(await store.get(ID)).toMatchObject({ phase: 'CREATED', keys: ['job-1'], lease: null, sends: 1 });
    expect(await first.run(provider.calls())).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      keys: ['job-1'],
    });
    expect(provider.sent).toBe(1);
  });

  test('is everybody’s who asks for the same meanwhile', async () => {
    const { provider, first } = setUp(ENFORCED);
    const results = await Promise.all(Array.from({ length: 5 }, () => first.run(provider.calls())));
    expect(results.map((result) => result.outcome === 'CREATED' && result.replayed)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(provider.sent).toBe(1);
  });

  test('is a mismatch for who wants something else, while it goes on and after', async () => {
    const { provider, first, once } = setUp(ENFORCED);
    const [done, during, other] = await Promise.all([
      first.run(provider.calls('one')),
      first.run(provider.calls('two')),
      once('second').run(provider.calls('two')),
    ]);
    expect([done.outcome, during.outcome, other.outcome]).toEqual(['CREATED', 'MISMATCH', 'MISMATCH']);
    expect((await first.run(provider.calls('two'))).outcome).toBe('MISMATCH');
    expect(provider.sent).toBe(1);
  });

  test('with no can be tried again', async () => {
    const { provider, store, first } = setUp(LOOKUP);
    provider.sends.push(REFUSED);
    expect(await first.run(provider.calls())).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'RATE_LIMITED' },
    });
    expect(await phaseIn(store)).toBe('FREE');
    expect((await first.run(provider.calls())).outcome).toBe('CREATED');
    expect([provider.sent, provider.found]).toEqual([2, 0]);
  });

  test('with "it is there" is looked for, and is another’s if it is of another specification', async () => {
    const { provider, once, clock } = setUp(ENFORCED);
    await once('first').run(provider.calls('one'));
    clock.advance(60_000);
    // Another gateway, with a memory of its own.
    const other = setUp(ENFORCED, new MemoryIntents(clock), clock);
    expect((await other.first.run(provider.calls('two'))).outcome).toBe('MISMATCH');
    // Its own refusal binds nobody: what was really made is found.
    expect(await other.first.run(provider.calls('one'))).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
    });
    const third = setUp(ENFORCED, new MemoryIntents(clock), clock);
    expect(await third.first.run(provider.calls('one'))).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
    });
    expect(provider.objects).toHaveLength(1);
  });
});

describe('a create whose answer is lost', () => {
  test.each([ENFORCED, LOOKUP])('is found ($once)', async (traits) => {
    const { provider, store, first, unknown } = setUp(traits);
    provider.sends.push(LOST_ANSWER);
    expect(await first.run(provider.calls())).toMatchObject({ outcome: 'CREATED', replayed: false });
    expect(await phaseIn(store)).toBe('CREATED');
    expect([provider.sent, unknown.length]).toEqual([1, 0]);
  });

  test.each([ENFORCED, LOOKUP])(
    'and its request is nothing only when nothing can come of it ($once)',
    async (traits) => {
      const { provider, store, first, unknown } = setUp(traits);
      provider.sends.push(LOST_REQUEST);
      const told = await first.run(provider.calls());
      // Looked up is all that may settle it where nothing else keeps a second one away.
      expect(told.outcome).toBe(traits.once === 'LOOKUP' ? 'REFUSED' : 'UNKNOWN');
      expect(unknown).toHaveLength(traits.once === 'LOOKUP' ? 0 : 1);
      if (traits.once === 'ENFORCED') expect(await phaseIn(store)).toBe('UNKNOWN');
      expect((await first.run(provider.calls())).outcome).toBe('CREATED');
      expect(provider.objects).toHaveLength(1);
    },
  );

  test.each([ENFORCED, LOOKUP])('and that takes effect late is no second one ($once)', async (traits) => {
    const { provider, first, clock } = setUp(traits);
    provider.sends.push(LATE);
    const told = await first.run(provider.calls());
    expect(told.outcome).toBe(traits.once === 'LOOKUP' ? 'CREATED' : 'UNKNOWN');
    expect((await first.run(provider.calls())).outcome).toBe('CREATED');
    clock.advance(60_000);
    expect(provider.objects).toHaveLength(1);
  });

  test('is not called refused because a repeat of it was', async () => {
    const { provider, store, first, clock } = setUp(ENFORCED);
    provider.sends.push(LATE, REFUSED);
    expect((await first.run(provider.calls())).outcome).toBe('UNKNOWN');
    expect(await first.run(provider.calls())).toMatchObject({
      outcome: 'UNKNOWN',
      error: { code: 'RATE_LIMITED' },
    });
    expect(await phaseIn(store)).toBe('UNKNOWN');
    clock.advance(60_000);
    expect(provider.objects).toHaveLength(1);
    expect((await first.run(provider.calls())).outcome).toBe('CREATED');
  });

  test('stays unknown for ever where nothing can be looked up, and is never sent again', async () => {
    const { provider, first, clock, unknown } = setUp(NONE);
    provider.sends.push(LOST_ANSWER);
    for (let repeat = 0; repeat < 3; repeat += 1) {
      expect((await first.run(provider.calls())).outcome).toBe('UNKNOWN');
      clock.advance(3_600_000);
    }
    expect([provider.sent, unknown.length]).toEqual([1, 1]);
  });

  test('is looked for until the provider can be asked', async () => {
    const { provider, first } = setUp(LOOKUP);
    provider.sends.push(LOST_ANSWER);
    provider.failingFinds = 4;
    expect((await first.run(provider.calls())).outcome).toBe('CREATED');
    expect(provider.found).toBeGreaterThanOrEqual(5);
  });

  test('is told of once, however often it is looked for in vain', async () => {
    const { provider, first, unknown, clock } = setUp(LOOKUP);
    provider.sends.push(LOST_ANSWER);
    provider.failingFinds = 1_000;
    for (let repeat = 0; repeat < 3; repeat += 1) {
      expect((await first.run(provider.calls())).outcome).toBe('UNKNOWN');
      expect((await first.run(provider.calls(), { mayCreate: false })).outcome).toBe('UNKNOWN');
      clock.advance(60_000);
    }
    expect(unknown).toHaveLength(1);
  });
});

describe('without leave to create', () => {
  test('nothing is sent, and what is not there is said to be so', async () => {
    const { provider, store, first } = setUp(LOOKUP);
    expect(await first.run(provider.calls(), { mayCreate: false })).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'NOT_FOUND' },
    });
    expect(await store.get(ID)).toBeNull();
    expect(provider.sent).toBe(0);
  });

  test('what may still come is not said to be absent', async () => {
    const { provider, first, clock } = setUp(ENFORCED);
    provider.sends.push(LOST_REQUEST);
    await first.run(provider.calls());
    expect((await first.run(provider.calls(), { mayCreate: false })).outcome).toBe('UNKNOWN');
    clock.advance(10_000);
    expect((await first.run(provider.calls(), { mayCreate: false })).outcome).toBe('REFUSED');
    expect(provider.sent).toBe(1);
  });

  test('a look that meets a submission does not answer for it', async () => {
    const { provider, first } = setUp(LOOKUP);
    const [, submitted] = await Promise.all([
      first.run(provider.calls(), { mayCreate: false }),
      first.run(provider.calls()),
    ]);
    expect(submitted.outcome).toBe('CREATED');
  });
});

describe('two processes with one store', () => {
  test('one waits for the other', async () => {
    const { provider, first, once, clock } = setUp(LOOKUP);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    provider.turn = async (name) => {
      if (name !== 'send') return;
      // A moment of the other's patience.
      while (clock.now() < START + 1_000) await Promise.resolve();
      await held;
    };
    const one = first.run(provider.calls());
    const two = once('second').run(provider.calls());
    release();
    expect([(await one).outcome, (await two).outcome]).toEqual(['CREATED', 'CREATED']);
    expect(provider.sent).toBe(1);
  });

  test('whoever has ended is taken over from when its lease is over', async () => {
    const { provider, first, once, clock, store } = setUp(LOOKUP);
    provider.turn = (name) => (name === 'sent' ? new Promise(() => {}) : Promise.resolve());
    void first.run(provider.calls());
    await vi.waitFor(() => expect(provider.sent).toBe(1));
    provider.turn = () => Promise.resolve();
    const second = once('second');
    expect((await second.run(provider.calls())).outcome).toBe('UNKNOWN');
    expect(await phaseIn(store)).toBe('SENDING');
    clock.advance(FLIGHT_MS);
    expect(await second.run(provider.calls())).toMatchObject({ outcome: 'CREATED', replayed: true });
    expect(provider.objects).toHaveLength(1);
  });

  test('whoever was taken over from does not say that nothing was created', async () => {
    const { provider, first, once, clock } = setUp(ENFORCED);
    provider.sends.push(REFUSED);
    let taken: Promise<unknown> = Promise.resolve();
    provider.turn = async (name) => {
      if (name !== 'sent' || provider.sent > 1) return;
      // Its answer comes after its lease is over.
      clock.advance(2 * FLIGHT_MS);
      taken = once('second').run(provider.calls());
      await taken;
    };
    expect(await first.run(provider.calls())).toMatchObject({ outcome: 'UNKNOWN' });
    expect(await taken).toMatchObject({ outcome: 'CREATED' });
  });
});

describe('a provider that takes another specification for a change of the first', () => {
  const traits = { ...ENFORCED, lookFirst: true };

  test('is looked at before anything is sent', async () => {
    const { provider, first, clock } = setUp(traits);
    await first.run(provider.calls('one'));
    expect([provider.found, provider.sent]).toEqual([1, 1]);
    clock.advance(60_000);
    const other = setUp(traits, new MemoryIntents(clock), clock);
    expect((await other.first.run(provider.calls('two'))).outcome).toBe('MISMATCH');
    expect(provider.sent).toBe(1);
  });

  test('is sent nothing while it cannot be looked at', async () => {
    const { provider, first, store } = setUp(traits);
    provider.failingFinds = 1_000;
    expect(await first.run(provider.calls())).toMatchObject({ outcome: 'REFUSED', error: { code: 'PROVIDER_UNAVAILABLE' } }); // prettier-ignore
    expect(await phaseIn(store)).toBe('FREE');
    expect(provider.sent).toBe(0);
  });
});

describe('a store that forgets', () => {
  test('makes whoever can only look up look first', async () => {
    const clock = createManualClock(START);
    const { provider, first } = setUp(LOOKUP, new MemoryIntents(clock));
    await first.run(provider.calls());
    expect([provider.found, provider.sent]).toEqual([1, 1]);
  });

  test('is no reason to look where the provider keeps a second one away', async () => {
    const { provider, first } = setUp(ENFORCED, new MemoryIntents(createManualClock(START)));
    await first.run(provider.calls());
    expect(provider.found).toBe(0);
  });
});

/** A store that fails from its nth write on. */
function failingFrom(nth: number): IntentStore {
  const store = new DurableIntents(createManualClock(START));
  let writes = 0;
  const write = <T>(run: () => Promise<T>): Promise<T> => {
    writes += 1;
    return writes < nth ? run() : Promise.reject(failure('INTERNAL', false));
  };
  return {
    durable: true,
    claim: (fresh) => write(() => store.claim(fresh)),
    get: (id) => store.get(id),
    replace: (next) => write(() => store.replace(next)),
    list: (...asked) => store.list(...asked),
    close: () => store.close(),
  };
}

describe('a store that fails', () => {
  test.each([1, 2])('before the create (write %i): nothing is sent', async (nth) => {
    const { provider, first } = setUp(ENFORCED, failingFrom(nth));
    await expect(first.run(provider.calls())).rejects.toMatchObject({ details: { sent: false } });
    expect(provider.sent).toBe(0);
  });

  test('after the create: it is created all the same', async () => {
    const { provider, first, faults } = setUp(ENFORCED, failingFrom(3));
    expect(await first.run(provider.calls())).toMatchObject({ outcome: 'CREATED', keys: ['job-1'] });
    expect(faults).toHaveLength(1);
  });

  test('after a lost answer: it is looked for, and what is unknown is said to be so', async () => {
    const found = setUp(ENFORCED, failingFrom(3));
    found.provider.sends.push(LOST_ANSWER);
    expect((await found.first.run(found.provider.calls())).outcome).toBe('CREATED');
    const lost = setUp(ENFORCED, failingFrom(3));
    lost.provider.sends.push(LATE);
    expect((await lost.first.run(lost.provider.calls())).outcome).toBe('UNKNOWN');
  });

  test('after a refusal: it is refused, and later looked for', async () => {
    const { provider, first } = setUp(ENFORCED, failingFrom(3));
    provider.sends.push(REFUSED);
    expect(await first.run(provider.calls())).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'RATE_LIMITED' },
    });
  });
});

describe('an adapter that throws', () => {
  test('has sent for all that is known, unless it says otherwise', async () => {
    const { provider, first, faults } = setUp(NONE);
    const thrown = (reason: unknown) => ({ ...provider.calls(), send: () => Promise.reject(reason) });
    expect((await first.run(thrown(failure('CANCELLED', false)))).outcome).toBe('REFUSED');
    expect((await first.run(thrown(new TypeError('a mistake')))).outcome).toBe('UNKNOWN');
    expect(faults).toHaveLength(1);
  });
});
