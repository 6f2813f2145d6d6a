import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeProvider, fakeContext } from '../../test/support/fake-provider.ts';
import { job, keyOf, task } from '../../test/support/live-records.ts';
import type { JobRecord } from '../model/records.ts';
import type { State } from '../model/state.ts';
import { epochMs, type Clock } from '../model/time.ts';
import type { ActingCalls, SubmissionTraits } from '../providers/acting.ts';
import { DEFAULT_ORDER } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import { bearerCredential } from '../upstream/credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../upstream/options.ts';
import { createUpstream } from '../upstream/upstream.ts';
import { mergeConnection, type MergedPage } from './connection.ts';
import type { ReadContext } from './context.ts';
import { RecentWrites } from './recent-writes.ts';
import { own } from '../../test/support/own-credential.ts';

const VISIBLE_AFTER_MS = 5_000;
const HOLD_MS = 30_000;

class TestClock implements Clock {
  ms = 1_000_000;
  now = () => epochMs(this.ms);
}

/** A provider whose lists may lack what was made less than `visibleAfterMs` ago. */
function providerOf(fake: FakeProvider, visibleAfterMs: number): Provider {
  const traits: SubmissionTraits = { once: 'ENFORCED', visibleAfterMs, settleMs: 0, lookFirst: false };
  const unused = (): never => {
    throw new RangeError('nothing is done at this provider');
  };
  const acting: ActingCalls = {
    submission: traits,
    actions: {},
    allowed: () => [],
    plan: unused,
    submit: unused,
    find: unused,
    act: unused,
    rerun: unused,
  };
  const { key, name, kind, timeoutMs, callback, access, events } = fake;
  const credential = bearerCredential('the-configured-one');
  const baseUrl = new URL('http://127.0.0.1:9');
  const options = { ...DEFAULT_UPSTREAM_OPTIONS, provider: key, baseUrl, credential };
  const upstream = createUpstream(options, { clock: new TestClock() });
  return {
    key,
    name,
    kind,
    timeoutMs,
    callback,
    access,
    events,
    upstream,
    adapter: { ...fake.adapter, acting },
  };
}

function setUp(visibleAfterMs = VISIBLE_AFTER_MS) {
  const clock = new TestClock();
  const writes = new RecentWrites(clock);
  const fake = new FakeProvider('lab');
  const provider = providerOf(fake, visibleAfterMs);
  const read: ReadContext = { ...fakeContext([provider]), recentWrites: writes };
  const { call } = read;
  return {
    clock,
    writes,
    fake,
    provider,
    read,
    call,
    stateOf: (state: State) => writes.seen(provider, call, job('j', state))?.status.state ?? null,
    ahead: () => writes.unseen(provider, call, 'job', keyOf('j'))?.status.state ?? null,
    lately: () => writes.madeLately(provider, call, 'job').map(({ key }) => key),
  };
}

describe('what was made', () => {
  it('is there before the provider shows it, and for no longer than that may take', () => {
    const { clock, writes, provider, call, ahead, lately } = setUp();
    expect([ahead(), lately()]).toEqual([null, []]);
    writes.made(provider, call, job('j', 'QUEUED'));
    expect([ahead(), lately()]).toEqual(['QUEUED', ['j']]);
    clock.ms += VISIBLE_AFTER_MS;
    expect([ahead(), lately()]).toEqual(['QUEUED', ['j']]);
    clock.ms += 1;
    expect([ahead(), lately()]).toEqual([null, []]);
  });

  it('is never put ahead of a provider that shows everything at once', () => {
    const { clock, writes, provider, call, ahead, lately } = setUp(0);
    writes.made(provider, call, job('j', 'QUEUED'));
    clock.ms += 1;
    expect([ahead(), lately()]).toEqual([null, []]);
  });

  it('gives way to whatever the provider says of it', () => {
    const { writes, provider, call, stateOf } = setUp();
    writes.made(provider, call, job('j', 'QUEUED'));
    for (const state of ['QUEUED', 'RUNNING', 'SUCCEEDED', 'CANCELLED'] as const) {
      expect(stateOf(state)).toBe(state);
    }
  });

  it('is the new generation of what ran before, where the provider still shows the old one', () => {
    const { writes, provider, call } = setUp();
    writes.made(provider, call, job('j', 'QUEUED', { generation: 2 }));
    const seen = (generation: number) =>
      writes.seen(provider, call, job('j', 'FAILED', { generation }))?.status.state;
    expect([1, 2, 3].map(seen)).toEqual(['QUEUED', 'FAILED', 'FAILED']);
  });

  it('has its tasks, until one of them is done away with', () => {
    const { writes, provider, call, ahead } = setUp();
    const [one, two] = [task('j/0', 'j', 'QUEUED'), task('j/1', 'j', 'QUEUED')];
    const made: JobRecord = { ...job('j', 'QUEUED'), origin: 'IMPLICIT', tasks: [one, two] };
    writes.made(provider, call, made);
    const tasks = () =>
      writes.unseen(provider, call, 'job', keyOf('j'))?.tasks?.map(({ key, status }) => [key, status.state]);
    expect(writes.unseen(provider, call, 'task', keyOf('j/1'))).toEqual(two);
    writes.moved(provider, call, one, 'CANCELLING');
    expect(tasks()).toEqual([['j/0', 'CANCELLING'], ['j/1', 'QUEUED']]); // prettier-ignore
    writes.removed(provider, call, two);
    expect(tasks()).toEqual([['j/0', 'CANCELLING']]);
    expect(writes.unseen(provider, call, 'task', keyOf('j/1'))).toBeNull();
    writes.removed(provider, call, one);
    expect(ahead()).toBeNull();
  });

  it('takes its tasks along when it is removed', () => {
    const { writes, provider, call } = setUp();
    writes.made(provider, call, { ...job('j', 'QUEUED'), tasks: [task('j/0', 'j', 'QUEUED')] });
    writes.removed(provider, call, job('j', 'QUEUED'));
    expect(writes.unseen(provider, call, 'task', keyOf('j/0'))).toBeNull();
    expect(writes.madeLately(provider, call, 'task')).toEqual([]);
  });
});

describe('what was moved', () => {
  it('is in its new state until the provider says anything newer', () => {
    const { clock, writes, provider, call, stateOf } = setUp();
    writes.moved(provider, call, job('j', 'RUNNING'), 'CANCELLING');
    expect((['RUNNING', 'QUEUED', 'FINALIZING'] as const).map(stateOf)).toEqual(Array(3).fill('CANCELLING'));
    expect((['CANCELLED', 'SUCCEEDED', 'FAILED', 'CANCELLING'] as const).map(stateOf)).toEqual(['CANCELLED', 'SUCCEEDED', 'FAILED', 'CANCELLING']); // prettier-ignore
    clock.ms += HOLD_MS + 1;
    expect(stateOf('RUNNING')).toBe('RUNNING');
  });

  it('says that it is inferred, and why', () => {
    const { writes, provider, call } = setUp();
    writes.moved(provider, call, job('j', 'RUNNING'), 'CANCELLING');
    expect(writes.seen(provider, call, job('j', 'RUNNING'))?.status).toMatchObject({
      state: 'CANCELLING',
      reason: 'USER_REQUEST',
      desired: 'STOP',
      confidence: 'INFERRED',
      since: null,
    });
  });

  it('goes on when it was resumed, and stays what it became since', () => {
    const { writes, provider, call, stateOf } = setUp();
    writes.moved(provider, call, job('j', 'SUSPENDED'), 'QUEUED');
    expect((['SUSPENDED', 'RUNNING', 'FAILED'] as const).map(stateOf)).toEqual(['QUEUED', 'RUNNING', 'FAILED']); // prettier-ignore
  });

  it('is there though the provider does not show it yet, in its new state', () => {
    const { clock, writes, provider, call, ahead, lately } = setUp();
    const made = job('j', 'QUEUED');
    writes.made(provider, call, made);
    clock.ms += 2_000;
    writes.moved(provider, call, made, 'CANCELLING');
    expect([ahead(), lately()]).toEqual(['CANCELLING', ['j']]);
    clock.ms += VISIBLE_AFTER_MS - 1_999;
    expect([ahead(), lately()]).toEqual([null, []]);
  });

  it('is not ahead of anything when it was not made here', () => {
    const { writes, provider, call, ahead, lately } = setUp();
    writes.moved(provider, call, job('j', 'RUNNING'), 'CANCELLING');
    expect([ahead(), lately()]).toEqual([null, []]);
  });

  it('does not hold a later generation down', () => {
    const { writes, provider, call } = setUp();
    writes.moved(provider, call, job('j', 'RUNNING'), 'CANCELLING');
    const again = job('j', 'RUNNING', { generation: 2 });
    expect(writes.seen(provider, call, again)).toBe(again);
  });
});

describe('what was removed', () => {
  it('is gone, though the provider still shows it as if nothing were', () => {
    const { clock, writes, provider, call, stateOf, ahead } = setUp();
    writes.made(provider, call, job('j', 'RUNNING'));
    writes.removed(provider, call, job('j', 'RUNNING'));
    expect([stateOf('RUNNING'), stateOf('SUCCEEDED'), ahead()]).toEqual([null, null, null]);
    clock.ms += HOLD_MS + 1;
    expect(stateOf('RUNNING')).toBe('RUNNING');
  });

  it('is seen on its way out where the provider shows that', () => {
    const { writes, provider, call, stateOf } = setUp();
    writes.removed(provider, call, job('j', 'RUNNING'));
    expect(stateOf('CANCELLING')).toBe('CANCELLING');
  });
});

it('one credential does not see what another did', () => {
  const { writes, provider, call, ahead } = setUp();
  const other = { ...call, credentials: own(bearerCredential('of-somebody-else')) };
  writes.made(provider, other, job('j', 'QUEUED'));
  expect(ahead()).toBeNull();
  expect(writes.unseen(provider, other, 'job', keyOf('j'))).not.toBeNull();
  writes.moved(provider, call, job('j', 'RUNNING'), 'CANCELLING');
  expect(writes.seen(provider, other, job('j', 'RUNNING'))?.status.state).toBe('RUNNING');
});

describe('a list that is walked while what was made comes into sight', () => {
  it('gives every job once, and what was there from the start for certain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.boolean(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat(3)),
        async (old, made, first, appears) => {
          const { clock, writes, fake, provider, read, call } = setUp();
          for (let i = 0; i < old; i++) fake.add(`old-${String(i)}`, 1_000 + i);
          const hidden: string[] = [];
          made.forEach((visible, i) => {
            const key = `made-${String(i)}`;
            writes.made(provider, call, {
              ...job(key, 'RUNNING', { createdAt: clock.ms + i }),
              provider: fake.key,
            });
            if (visible) fake.add(key, clock.ms + i);
            else hidden.push(key);
          });
          const given: string[] = [];
          for (let after: string | null = null, more = true; more;) {
            const page: MergedPage<JobRecord> = await mergeConnection(
              { kind: 'job', first, after, filter: {}, order: DEFAULT_ORDER.job },
              read,
            );
            given.push(...page.edges.map(({ node }) => node.key));
            [after, more] = [page.endCursor(), page.hasNextPage];
            // Some of what was hidden comes into sight, in any order.
            for (let n = appears.next().value; n > 0 && hidden.length > 0; n -= 1) {
              const [key = ''] = hidden.splice(appears.next().value % hidden.length, 1);
              fake.add(key, clock.ms + Number(key.slice('made-'.length)));
            }
          }
          expect(new Set(given).size).toBe(given.length);
          expect(given).toHaveLength(old + made.length);
        },
      ),
    );
  });
});
