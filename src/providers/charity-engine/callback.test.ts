import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs } from '../../model/time.ts';
import { basicCheck } from './basic-check.ts';
import { handleComputeLaunch } from './callback.ts';
import { launchRuleSchema, type LaunchReply, type LaunchRule } from './launch-policy.ts';
import { MAX_LAUNCH_BYTES } from './launch-request.ts';
import { MemoryReplayGuard } from './replay-guard.ts';

const T = 1_770_000_000_000;
const CANARY = 'c4n4ry-pässword';
const VALID = `Basic ${Buffer.from(`ce:${CANARY}`).toString('base64')}`;
const REQUEST = {
  capacity: [
    { instanceType: 'C.2x4', count: 12 },
    { instanceType: 'C.4x4', count: 3 },
  ],
  duration: 6.5,
};

function endpoint(rule: LaunchRule | undefined = { mode: 'accept', maxInstances: 14 }, options = {}) {
  const guard = new MemoryReplayGuard<LaunchReply>(options);
  const policy = {
    provider: 'ce' as ProviderKey,
    account: 'lab',
    isAuthorized: basicCheck('ce', CANARY),
    rule,
  };
  const post = (
    body: unknown,
    { authorization = VALID, at = T }: { authorization?: string | string[] | null; at?: number } = {},
  ) =>
    handleComputeLaunch(
      {
        headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) }, // prettier-ignore
        body: body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), // prettier-ignore
        now: epochMs(at),
      },
      policy,
      guard,
    );
  return { post, guard };
}

describe('compute-launch', () => {
  it('answers what the policy allows, and tells it as an event', () => {
    const { status, body, event } = endpoint().post(REQUEST);
    expect([status, body]).toEqual([200, { count: 14, error: '14 of 15 instances are offered' }]);
    expect(event).toEqual({
      type: 'capacity.requested',
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      provider: 'ce',
      account: 'lab',
      receivedAt: T,
      durationHours: 6.5,
      expiresAt: T + 6.5 * 3_600_000,
      items: [
        { instanceType: 'C.2x4', count: 12, accepted: 12, raw: { instanceType: 'C.2x4', count: 12 } },
        { instanceType: 'C.4x4', count: 3, accepted: 2, raw: { instanceType: 'C.4x4', count: 3 } },
      ],
      accepted: 14,
    });
    expect(endpoint({ mode: 'accept', maxInstances: 15 }).post(REQUEST).body).toEqual({ count: 15 });
  });

  it('launches nothing unless it is told to', () => {
    const { status, body, event } = endpoint(launchRuleSchema.parse(undefined)).post(REQUEST);
    expect([status, body]).toEqual([200, { count: 0, error: 'no capacity handler configured' }]);
    expect(event).toMatchObject({ accepted: 0, items: [{ accepted: 0 }, { accepted: 0 }] });
  });

  it('keeps to the types and the time that are offered', () => {
    const typed = endpoint({ mode: 'accept', maxInstances: 100, instanceTypes: ['C.4x4'] });
    expect(typed.post(REQUEST).body).toEqual({ count: 3, error: '3 of 15 instances are offered' });
    const timed = endpoint({ mode: 'accept', maxInstances: 100, maxHours: 6 });
    expect(timed.post(REQUEST).body).toEqual({ count: 0, error: 'at most 6 hours are offered' });
    expect(timed.post({ ...REQUEST, duration: 6 }).body).toEqual({ count: 15 });
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['another password', `Basic ${Buffer.from('ce:wrong').toString('base64')}`],
    ['another user', `Basic ${Buffer.from(`eve:${CANARY}`).toString('base64')}`],
    ['the beginning of it', VALID.slice(0, -4)],
    ['more than it', `Basic ${Buffer.from(`ce:${CANARY}x`).toString('base64')}`],
    ['the bare pair', `Basic ce:${CANARY}`],
    ['another scheme', VALID.replace('Basic', 'Bearer')],
    ['several', [VALID, VALID]],
    ['several in one', `${VALID}, ${VALID}`],
    ['a very long one', `Basic ${'A'.repeat(100_000)}`],
  ])('refuses credentials that are not the configured ones: %s', (_, authorization) => {
    const { post, guard } = endpoint();
    const answer = post(REQUEST, { authorization });
    expect(answer).toMatchObject({ status: 401, body: { count: 0 }, event: null });
    expect(answer.headers['www-authenticate']).toContain('Basic');
    expect(guard.size).toBe(0);
    // Nothing is read of a body before its sender is known.
    expect(post('{', { authorization }).status).toBe(401);
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  it('takes the scheme in any case', () => {
    expect(endpoint().post(REQUEST, { authorization: VALID.replace('Basic', 'BASIC ') }).status).toBe(200);
  });

  it.each([
    ['', 'x'],
    ['a:b', 'x'],
    ['a', ''],
  ])('cannot be opened to everybody: %j %j', (user, password) => {
    expect(() => basicCheck(user, password)).toThrow(/user/);
  });

  it('gives a repeat the first answer, and tells it once', () => {
    const { post } = endpoint();
    const first = post(REQUEST);
    const shuffled = `{ "duration": 6.50, "capacity": [ {"count":12,"instanceType":"C.2x4"}, {"count":3,"instanceType":"C.4x4"} ] }`; // prettier-ignore
    for (const [body, at] of [
      [REQUEST, T + 1],
      [shuffled, T + 30_000],
      [REQUEST, T + 59_999],
    ] as const) {
      expect(post(body, { at })).toEqual({ ...first, event: null });
    }
    // Another purchase is another request, and so is the same one later.
    expect(post({ ...REQUEST, duration: 7 }, { at: T + 1 }).event).not.toBeNull();
    const later = post(REQUEST, { at: T + 60_000 });
    expect(later.event).not.toBeNull();
    expect(later.event?.id).not.toBe(first.event?.id);
  });

  it('keeps a bounded number of answers in mind', () => {
    const { post, guard } = endpoint(undefined, { maxEntries: 10 });
    for (let i = 1; i <= 50; i++) post({ ...REQUEST, duration: i }, { at: T + i });
    expect(guard.size).toBe(10);
    expect(post({ ...REQUEST, duration: 50 }, { at: T + 60 }).event).toBeNull();
    post(REQUEST, { at: T + 3_600_000 });
    expect(guard.size).toBe(1);
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a text', '"x"'],
    ['a list', []],
    ['null', 'null'],
    ['no capacity', { duration: 1 }],
    ['capacity of another type', { capacity: {}, duration: 1 }],
    ['an entry of another type', { capacity: ['C.2x4'], duration: 1 }],
    ['too many entries', { capacity: Array.from({ length: 101 }, () => ({ count: 1 })), duration: 1 }],
    ['no duration', { capacity: [] }],
    ['a duration of nothing', { capacity: [], duration: 0 }],
    ['a negative duration', { capacity: [], duration: -1 }],
    ['an endless duration', '{"capacity":[],"duration":1e999}'],
    ['a duration in words', { capacity: [], duration: '6' }],
    ['a fraction of an instance', { capacity: [{ count: 1.5 }], duration: 1 }],
    ['fewer than none', { capacity: [{ count: -1 }], duration: 1 }],
    ['very many', { capacity: [{ count: 1e12 }], duration: 1 }],
    ['a number as a type', { capacity: [{ instanceType: 7 }], duration: 1 }],
    ['a very long type', { capacity: [{ instanceType: 'x'.repeat(1000) }], duration: 1 }],
    ['deep nesting', `{"capacity":[],"duration":1,"x":${'['.repeat(500)}${']'.repeat(500)}}`],
    ['very deep nesting', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ])('refuses a body with %s', (_, body) => {
    const { post, guard } = endpoint();
    expect(post(body)).toMatchObject({ status: 400, body: { count: 0, error: expect.any(String) as string }, event: null }); // prettier-ignore
    expect(guard.size).toBe(0);
  });

  it('refuses a body that is too large, before it is parsed', () => {
    expect(endpoint().post(Buffer.alloc(MAX_LAUNCH_BYTES + 1, '{'))).toMatchObject({
      status: 413,
      event: null,
    });
  });

  it('reads entries in several spellings, and keeps them as they were sent', () => {
    const capacity = [
      { type: 'a', quantity: 2, zone: { x: 1 } },
      { name: 'b', amount: 3 },
      { count: null },
      {},
    ];
    const { event } = endpoint({ mode: 'accept', maxInstances: 100 }).post({ capacity, duration: 1 });
    expect(event?.items.map(({ instanceType, count }) => [instanceType, count])).toEqual([
      ['a', 2],
      ['b', 3],
      [null, 1],
      [null, 1],
    ]);
    expect(event?.items.map(({ raw }) => raw)).toEqual(capacity);
    expect(endpoint().post({ capacity: [], duration: 1 }).body).toEqual({ count: 0 });
  });

  it('answers anything, within what was asked and what is offered', () => {
    const entry = fc.record({ instanceType: fc.string(), count: fc.nat(30) }, { requiredKeys: [] });
    const body = fc.oneof(
      fc.record({ capacity: fc.array(entry, { maxLength: 5 }), duration: fc.double() }),
      fc.jsonValue(),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(body, { maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        (bodies, maxInstances) => {
          const { post } = endpoint({ mode: 'accept', maxInstances });
          for (const each of bodies) {
            const first = post(each);
            expect([200, 400]).toContain(first.status);
            if (first.event === null) continue;
            const asked = first.event.items.reduce((sum, { count }) => sum + count, 0);
            expect(first.body.count).toBe(Math.min(asked, maxInstances));
            expect(first.event.items.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(first.body.count);
            expect('error' in first.body).toBe(first.body.count < asked);
            expect(post(each)).toEqual({ ...first, event: null });
          }
        },
      ),
    );
  });
});
