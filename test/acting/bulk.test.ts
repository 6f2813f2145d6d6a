import { describe, expect, it } from 'vitest';
import type { ActEvent } from '../../src/act/act-event.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until } from '../live-transport/ws-client.ts';
import type { ActingClient, ShownJob } from './acting-client.ts';
import { ALL, neutralSpec } from './specs.ts';
import { actingGateway } from './start.ts';

type Progress = ActEvent & { readonly type: 'BULK_PROGRESS' };

const CANCELLED = expect.stringMatching(/^CANCELL(ING|ED)$/) as string;

async function makeJobs(client: ActingClient, name: string, each: number): Promise<ShownJob[]> {
  const made: ShownJob[] = [];
  for (let i = 0; i < each; i += 1) {
    for (const kind of ALL) made.push(await client.create(kind, neutralSpec({ name })));
  }
  return made;
}

const ids = (jobs: readonly { readonly id: string }[]): string[] => jobs.map(({ id }) => id).toSorted();

describe('cancelJobs', () => {
  const gateway = actingGateway({ upstream: { timeoutMs: 3_000 } });

  it('first says what it would do, and does nothing', async () => {
    const client = gateway();
    const jobs = await makeJobs(client, 'planned', 1);
    client.resetCalls();
    const answer = await client.cancelJobs({ filter: { namePrefix: 'planned' }, limit: 50, dryRun: true });
    expect(ids(answer.items.map(({ job }) => job))).toEqual(ids(jobs));
    expect(new Set(answer.items.map(({ outcome }) => outcome))).toEqual(new Set(['PLANNED']));
    expect(answer.more).toBe(false);
    for (const kind of ALL) expect(client.writes(kind)).toEqual([]);
    for (const { id } of jobs) expect((await client.job(id))?.status.state).not.toMatch(/^CANCEL/);
  });

  it('cancels what the filter matches and nothing else, each answered by itself', async () => {
    const client = gateway();
    const spared = await makeJobs(client, 'spared', 1);
    const jobs = await makeJobs(client, 'many', 3);
    const answer = await client.cancelJobs({ filter: { namePrefix: 'many' }, limit: 50 });
    expect(ids(answer.items.map(({ job }) => job))).toEqual(ids(jobs));
    for (const { outcome, job, error } of answer.items) {
      expect([outcome, job.status.state, error]).toEqual(['DONE', CANCELLED, null]);
    }
    expect(answer.sources.map(({ provider, outcome, rows }) => [provider.key, outcome, rows])).toEqual(
      ALL.map((kind) => [kind, 'OK', 3]),
    );
    for (const { id } of jobs) expect((await client.job(id))?.status.state ?? 'CANCELLED').toEqual(CANCELLED);
    for (const { id } of spared) expect((await client.job(id))?.status.state).not.toEqual(CANCELLED);
    // Nothing is left to do.
    expect((await client.cancelJobs({ filter: { namePrefix: 'many' }, limit: 50 })).items).toEqual([]);
  });

  it('cancels no more than the limit, the newest first, and says that there is more', async () => {
    const client = gateway();
    const jobs = await makeJobs(client, 'limited', 2);
    const newest = jobs.slice(-3);
    const filter = { namePrefix: 'limited' };
    const first = await client.cancelJobs({ filter, limit: 3 });
    expect(first.more).toBe(true);
    expect(first.items).toHaveLength(3);
    // Qarnot tells whole seconds: among jobs of the same second the order is its own.
    for (const { job } of first.items) expect(jobs.map(({ id }) => id)).toContain(job.id);
    expect(
      first.items.map(({ job }) => job.createdAt >= (newest[0]?.createdAt.slice(0, 19) ?? '')),
    ).not.toContain(false);
    const rest = await client.cancelJobs({ filter, limit: 50 });
    expect(rest.items).toHaveLength(jobs.length - 3);
    expect(rest.more).toBe(false);
  });

  it.each([
    ['an end', { states: ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] }],
    ['no state', { states: [] }],
    ['no kind', { kinds: [] }],
    ['no origin', { origins: [] }],
    ['no reason', { reasons: [] }],
    ['no provider', { providers: [] }],
    ['no project', { projects: [] }],
  ] as const)('cancels nothing when the filter names %s', async (_what, filter) => {
    const client = gateway();
    await makeJobs(client, 'safe', 1);
    client.resetCalls();
    const mutable = Object.fromEntries(Object.entries(filter).map(([name, list]) => [name, [...list]]));
    const answer = await client.cancelJobs({ filter: mutable, limit: 50 });
    expect(answer.items).toEqual([]);
    for (const kind of ALL) expect(client.writes(kind)).toEqual([]);
    await client.cancelJobs({ filter: { namePrefix: 'safe' }, limit: 50 });
  });

  it.each([0, -1, 1_001])('takes no limit of %i', async (limit) => {
    const document = 'mutation ($limit: Int!) { cancelJobs(input: { filter: {}, limit: $limit }) { more } }';
    const { errors, data } = await gateway().answer(document, { limit });
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('INVALID_ARGUMENT');
  });

  it('does the others when a provider is down, and says so', async () => {
    const client = gateway();
    const jobs = await makeJobs(client, 'outage', 1);
    const up = jobs.filter(({ provider }) => provider.key !== 'bacalhau');
    client.break('bacalhau', '', { kind: 'status', status: 503 }, 1_000);
    const answer = await client.cancelJobs({ filter: { namePrefix: 'outage' }, limit: 50 });
    client.mend('bacalhau');
    expect(ids(answer.items.map(({ job }) => job))).toEqual(ids(up));
    expect(new Set(answer.items.map(({ outcome }) => outcome))).toEqual(new Set(['DONE']));
    expect(answer.sources).toMatchObject(
      ALL.map((kind) =>
        kind === 'bacalhau'
          ? {
              provider: { key: kind },
              outcome: 'UNAVAILABLE',
              rows: 0,
              error: { code: 'PROVIDER_UNAVAILABLE' },
            }
          : { provider: { key: kind }, outcome: 'OK', rows: 1, error: null },
      ),
    );
    expect(answer.more).toBe(true);
  });

  it('answers one that is refused with its reason, and does the rest', async () => {
    const client = gateway();
    const jobs = await makeJobs(client, 'refused', 2);
    client.break('qarnot', '/abort', { kind: 'status', status: 403, body: '{"message":"not this one"}' }, 1);
    const answer = await client.cancelJobs({ filter: { namePrefix: 'refused' }, limit: 50 });
    client.mend('qarnot');
    expect(answer.items).toHaveLength(jobs.length);
    const [refused, ...others] = answer.items.toSorted((a, b) => (a.outcome < b.outcome ? 1 : -1));
    expect(refused).toMatchObject({
      outcome: 'REFUSED',
      job: { provider: { key: 'qarnot' } },
      error: { __typename: 'ProviderRefused' },
    });
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['DONE']));
  });
});

describe('the progress of cancelJobs', () => {
  const gateway = actingGateway();

  it('adds up: one event for each job, counted, the last of them marked', async () => {
    const client = gateway();
    await makeJobs(client, 'progress', 2);
    const told: Progress[] = [];
    const stop = client.gateway.services.act.events.listen((event) => {
      if (event.type === 'BULK_PROGRESS') told.push(event);
    });
    const answer = await client.cancelJobs({
      filter: { namePrefix: 'progress' },
      limit: 50,
      bulkId: 'tidy-up',
    });
    stop();
    expect(answer.bulkId).toBe('tidy-up');
    const total = answer.items.length;
    expect(total).toBe(8);
    expect(told.map(({ done }) => done)).toEqual(Array.from({ length: total }, (_unused, i) => i + 1));
    expect(told.map(({ finished }) => finished)).toEqual(told.map((_event, i) => i === total - 1));
    expect(new Set(told.map((event) => `${event.bulkId} ${event.action} ${String(event.total)}`))).toEqual(
      new Set(['tidy-up CANCEL 8']),
    );
    expect(told.map(({ item }) => item?.record.name ?? '').toSorted()).toEqual(
      answer.items.map(({ job }) => job.name).toSorted(),
    );
  });

  it('is streamed to whoever asks for it by its name, and ends with it', async () => {
    const client = gateway();
    await makeJobs(client, 'streamed', 1);
    const query = `subscription { actEvents(bulkId: "watched") {
      ... on BulkProgress { done total finished item { outcome job { name } } }
    } }`;
    const stream = new SseClient(client.gateway.url, { query, method: 'POST' });
    await stream.begun();
    await until(() => client.gateway.services.act.events.listeners > 0, 'the listener');
    await client.cancelJobs({ filter: { namePrefix: 'others' }, limit: 5, bulkId: 'not-watched' });
    await client.cancelJobs({ filter: { namePrefix: 'streamed' }, limit: 5, bulkId: 'watched' });
    await until(() => stream.ended, 'the end of the stream');
    const nexts = stream.nexts() as { actEvents: { done: number; total: number; finished: boolean } }[];
    expect(nexts.map(({ actEvents }) => [actEvents.done, actEvents.total, actEvents.finished])).toEqual([
      [1, 4, false],
      [2, 4, false],
      [3, 4, false],
      [4, 4, true],
    ]);
    await until(() => client.gateway.services.act.events.listeners === 0, 'the listener to leave');
  });

  it('ends at once where nothing matched', async () => {
    const client = gateway();
    const told: Progress[] = [];
    const stop = client.gateway.services.act.events.listen((event) => {
      if (event.type === 'BULK_PROGRESS') told.push(event);
    });
    await client.cancelJobs({ filter: { namePrefix: 'nobody' }, limit: 5, bulkId: 'nothing' });
    stop();
    expect(told).toMatchObject([{ bulkId: 'nothing', done: 0, total: 0, item: null, finished: true }]);
  });
});
