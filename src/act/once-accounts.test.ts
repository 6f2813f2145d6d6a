import { describe, expect, test } from 'vitest';
import {
  ENFORCED,
  LATE,
  LOOKUP,
  LOST_ANSWER,
  LOST_REQUEST,
  REFUSED,
  ScriptedProvider,
} from '../../test/submit-once/scripted-provider.ts';
import { LAB, START } from '../../test/submit-once/intents.ts';
import type { SubmissionTraits } from '../providers/acting.ts';
import { createManualClock } from '../sandbox/clock.ts';
import type { Account } from './account.ts';
import { intentId, type IntentId, type IntentPhase } from './intent.ts';
import { MemoryIntents } from './memory-intents.ts';
import { Once, type OnceCalls } from './once.ts';

class DurableIntents extends MemoryIntents {
  override readonly durable = true;
}

/** Two accounts behind one key: what one holds, the other does not see. */
function setUp(traits: SubmissionTraits) {
  const clock = createManualClock(START);
  const store = new DurableIntents(clock);
  const accounts = { ada: new ScriptedProvider(clock, traits), bob: new ScriptedProvider(clock, traits) };
  const once = new Once({
    store,
    clock,
    owner: 'one',
    flightMs: 20_000,
    sleep: (ms) => Promise.resolve(clock.advance(ms)),
    onUnknown: () => {},
    onFault: (fault) => {
      throw fault;
    },
  });
  const calls = (of: 'ada' | 'bob', specHash?: string): OnceCalls => ({ ...accounts[of].calls(specHash), account: `credential:${of}` }); // prettier-ignore
  const id: IntentId = intentId(LAB, calls('ada').target.stamp.id);
  const kept = async (): Promise<{ readonly phase: IntentPhase; readonly account: Account }> => {
    const intent = await store.get(id);
    if (intent === null) throw new Error('nothing is kept');
    return { phase: intent.phase, account: intent.account };
  };
  return { clock, accounts, once, calls, kept };
}

describe('a create whose outcome is unclear, asked for again with the credential of another account', () => {
  test.each([
    ['took effect', LOST_ANSWER],
    ['was lost on its way', LOST_REQUEST],
    ['takes effect later', LATE],
  ])('stays unknown, and is not sent there (%s)', async (_, script) => {
    const { accounts, once, calls, kept, clock } = setUp(ENFORCED);
    accounts.ada.sends.push(script);
    accounts.ada.failingFinds = 1_000;
    expect((await once.run(calls('ada'))).outcome).toBe('UNKNOWN');
    clock.advance(3_600_000);
    for (const options of [{ mayCreate: true }, { mayCreate: false }]) {
      expect(await once.run(calls('bob'), options)).toMatchObject({ outcome: 'UNKNOWN', error: { code: 'OUTCOME_UNKNOWN' } }); // prettier-ignore
    }
    expect([accounts.bob.sent, await kept()]).toEqual([0, { phase: 'UNKNOWN', account: 'credential:ada' }]);
    // Whose it is finds out.
    accounts.ada.failingFinds = 0;
    const found = await once.run(calls('ada'));
    expect(found.outcome).toBe('CREATED');
    expect(accounts.ada.objects).toHaveLength(1);
    expect(accounts.bob.objects).toHaveLength(0);
  });

  test('is created when it is found there: it was one account all the while', async () => {
    const { accounts, once, calls, kept, clock } = setUp(LOOKUP);
    accounts.ada.sends.push(LOST_ANSWER);
    accounts.ada.failingFinds = 1_000;
    expect((await once.run(calls('ada'))).outcome).toBe('UNKNOWN');
    accounts.ada.failingFinds = 0;
    clock.advance(60_000);
    // A credential that was renewed.
    const renewed = { ...accounts.ada.calls(), account: 'credential:renewed' };
    expect(await once.run(renewed)).toMatchObject({ outcome: 'CREATED', replayed: true });
    expect([accounts.ada.sent, (await kept()).phase]).toEqual([1, 'CREATED']);
  });
});

describe('a create that was not made', () => {
  test('may be made with the same key in another account', async () => {
    const { accounts, once, calls, kept } = setUp(ENFORCED);
    accounts.ada.sends.push(REFUSED);
    expect((await once.run(calls('ada'))).outcome).toBe('REFUSED');
    expect(await once.run(calls('bob'))).toMatchObject({ outcome: 'CREATED', replayed: false });
    expect([accounts.ada.objects.length, accounts.bob.objects.length]).toEqual([0, 1]);
    expect(await kept()).toEqual({ phase: 'CREATED', account: 'credential:bob' });
  });

  test('that goes unclear there is that account’s from then on', async () => {
    const { accounts, once, calls, kept } = setUp(ENFORCED);
    accounts.ada.sends.push(REFUSED);
    await once.run(calls('ada'));
    accounts.bob.sends.push(LOST_ANSWER);
    accounts.bob.failingFinds = 1_000;
    expect((await once.run(calls('bob'))).outcome).toBe('UNKNOWN');
    expect(await kept()).toEqual({ phase: 'UNKNOWN', account: 'credential:bob' });
    expect((await once.run(calls('ada'))).outcome).toBe('UNKNOWN');
    expect(accounts.ada.sent).toBe(1);
  });

  test('while it was asked for with two credentials is refused to the one that was', async () => {
    const { accounts, once, calls } = setUp(ENFORCED);
    accounts.ada.sends.push(REFUSED);
    const [ada, bob] = await Promise.all([once.run(calls('ada')), once.run(calls('bob'))]);
    expect([ada.outcome, bob.outcome]).toEqual(['REFUSED', 'CREATED']);
    expect([accounts.ada.sent, accounts.bob.sent]).toEqual([1, 1]);
  });
});

test('a create that was made is not made again in another account', async () => {
  const { accounts, once, calls } = setUp(ENFORCED);
  const [ada, bob] = await Promise.all([once.run(calls('ada')), once.run(calls('bob'))]);
  expect([ada, bob]).toMatchObject([
    { outcome: 'CREATED', replayed: false },
    { outcome: 'CREATED', replayed: true },
  ]);
  expect((await once.run(calls('bob', 'another'))).outcome).toBe('MISMATCH');
  expect(accounts.bob.sent).toBe(0);
});
