import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { READ_ALL, testAuth, type TestAuth } from '../../../test/auth/authenticators.ts';
import { HandClock } from '../../../test/auth/clock.ts';
import { GridweaveError } from '../../model/errors.ts';
import { ApiKeys } from './api-keys.ts';
import { createKey } from './key-secret.ts';

const HERE = '10.0.0.1';
let made: TestAuth<'ci' | 'late'>;
let clock: HandClock;
let keys: ApiKeys;

beforeAll(async () => {
  made = await testAuth({
    ci: [READ_ALL],
    late: { grants: [READ_ALL], expiresAt: new HandClock().now() + 60_000 },
  });
});

beforeEach(() => {
  clock = new HandClock();
  keys = new ApiKeys(clock);
  keys.replace(made.auth.apiKeys);
});

/** The code and the message of the refusal; null for a key that is accepted. */
async function refusalOf(key: string, from = HERE): Promise<string | null> {
  try {
    await keys.identify(key, from);
    return null;
  } catch (error) {
    if (!(error instanceof GridweaveError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** In milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const NOT_ACCEPTED = 'UNAUTHENTICATED: The API key is not accepted.';

describe('a key', () => {
  it('that was given out is somebody', async () => {
    const { viewer, expiresAt } = await keys.identify(made.keys.ci, HERE);
    expect([viewer.id, viewer.grants, expiresAt]).toEqual(['key:ci', [READ_ALL], null]);
  });

  it('costs next to nothing once it is known', async () => {
    await keys.identify(made.keys.ci, HERE);
    const ms = await timeOf(async () => {
      for (let i = 0; i < 1_000; i++) await keys.identify(made.keys.ci, HERE);
    });
    expect(ms / 1_000).toBeLessThan(0.5);
  });

  it('that many present at once is hashed once', async () => {
    const one = await timeOf(() => keys.identify(made.keys.late, HERE));
    const many = await timeOf(() =>
      Promise.all(Array.from({ length: 100 }, () => keys.identify(made.keys.ci, HERE))),
    );
    expect(many).toBeLessThan(one * 20);
  });

  it('ends when it is to end, also one that is known', async () => {
    expect((await keys.identify(made.keys.late, HERE)).expiresAt).toBe(clock.now() + 60_000);
    clock.pass(60_000);
    expect(await refusalOf(made.keys.late)).toMatch(/^UNAUTHENTICATED: The API key has expired/);
  });

  it.each([
    ['has another secret', () => createKey('ci')],
    ['has an id that is not known', () => createKey('cd')],
    ['has the id of another', () => made.keys.ci.replace('gw_ci_', 'gw_late_')],
    ['is cut off', () => made.keys.ci.slice(0, -1)],
    ['has something after it', () => `${made.keys.ci}x`],
    ['has no secret', () => 'gw_ci_'],
    ['has no id', () => 'gw_'],
    ['is a property of every object', () => `gw_constructor_${'x'.repeat(43)}`],
  ])('that %s is refused in the same words', async (_, key) => {
    expect(await refusalOf(key())).toBe(NOT_ACCEPTED);
  });

  it('that is not known takes as long as one with a wrong secret', async () => {
    const times = async (id: string): Promise<number[]> => {
      const taken: number[] = [];
      for (let i = 0; i < 5; i++)
        taken.push(await timeOf(() => refusalOf(createKey(id), `10.1.0.${String(i)}`)));
      return taken;
    };
    const [known, unknown] = [await times('ci'), await times('nobody')];
    // Without a hash it would be some hundred times faster, every time: a busy machine cannot make that of it.
    expect(Math.max(...unknown)).toBeGreaterThan(Math.min(...known) / 3);
  });
});

describe('another configuration', () => {
  it('keeps what is known of keys that stay, and refuses those that went or changed', async () => {
    const hashing = await timeOf(() => keys.identify(made.keys.ci, HERE));
    const [ci, late] = made.auth.apiKeys;
    const again = await timeOf(async () => {
      for (let i = 0; i < 50; i++) {
        keys.replace([ci!]);
        await keys.identify(made.keys.ci, HERE);
      }
    });
    expect(again).toBeLessThan(hashing * 10);
    expect(await refusalOf(made.keys.late)).toBe(NOT_ACCEPTED);
    keys.replace([{ ...ci!, hash: late!.hash }]);
    expect(await refusalOf(made.keys.ci)).toBe(NOT_ACCEPTED);
  });

  it('gives a key that was refused another chance', async () => {
    keys.replace([]);
    expect(await refusalOf(made.keys.ci)).toBe(NOT_ACCEPTED);
    keys.replace(made.auth.apiKeys);
    expect(await refusalOf(made.keys.ci)).toBeNull();
  });

  it('tells apart what it says of a key', () => {
    const before = keys.sources;
    keys.replace(made.auth.apiKeys);
    expect(keys.sources).toEqual(before);
    keys.replace(made.auth.apiKeys.map((key) => ({ ...key, grants: [] })));
    expect(keys.sources).not.toEqual(before);
  });
});

describe('whoever tries keys', () => {
  /** Different wrong keys until one is not looked at any more. */
  async function tryUntilLimited(id: (i: number) => string, from: (i: number) => string): Promise<number> {
    for (let i = 0; i < 100; i++) {
      if ((await refusalOf(createKey(id(i)), from(i)))?.startsWith('RATE_LIMITED') === true) return i;
    }
    return Number.POSITIVE_INFINITY;
  }

  it('is stopped by address, and others are not', async () => {
    await keys.identify(made.keys.ci, HERE);
    expect(
      await tryUntilLimited(
        (i) => `a${String(i)}`,
        () => HERE,
      ),
    ).toBe(30);
    expect(await refusalOf(made.keys.ci)).toBeNull();
    expect(await refusalOf(made.keys.late)).toMatch(/^RATE_LIMITED: Too many API keys/);
    expect(await refusalOf(made.keys.late, '10.0.0.2')).toBeNull();
    clock.pass(2_000);
    expect(await refusalOf(createKey('b'))).toBe(NOT_ACCEPTED);
    expect(await refusalOf(createKey('b'))).toMatch(/^RATE_LIMITED/);
  });

  it('is stopped by id, from however many addresses', async () => {
    expect(
      await tryUntilLimited(
        () => 'ci',
        (i) => `10.2.0.${String(i)}`,
      ),
    ).toBe(30);
    expect(await refusalOf(made.keys.late, '10.2.1.1')).toBeNull();
  });

  it('does not shut out the bearer of the key whose id is tried, where the key was right before', async () => {
    await keys.identify(made.keys.ci, HERE);
    // Long enough for the key to be forgotten, and its digest with it.
    clock.pass(3_600_000);
    const tries = await tryUntilLimited(
      () => 'ci',
      (i) => `10.1.${String(i)}.1`,
    );
    expect([tries, await refusalOf(made.keys.ci, '10.2.0.1')]).toEqual([
      30,
      expect.stringMatching(/^RATE_LIMITED/),
    ]);
    expect(await refusalOf(made.keys.ci)).toBeNull();
  });

  it('does not count with one wrong key again and again, or with right ones', async () => {
    const old = createKey('ci');
    for (let i = 0; i < 100; i++) expect(await refusalOf(old)).toBe(NOT_ACCEPTED);
    expect(await refusalOf(made.keys.ci)).toBeNull();
  });

  it('does not fill the memory or the processor with many at once', async () => {
    const tried = await Promise.all(
      Array.from({ length: 100 }, (_, i) => refusalOf(createKey(`k${String(i)}`), `10.3.0.${String(i)}`)),
    );
    const busy = tried.filter((refusal) => refusal?.includes('being checked'));
    expect(busy.length).toBe(100 - 2 - 64);
    expect(tried.filter((refusal) => refusal === NOT_ACCEPTED)).toHaveLength(66);
  });
});
