import { describe, expect, it } from 'vitest';
import { print } from 'graphql';
import {
  CancelJobDocument,
  CancelJobsDocument,
  PlanEverywhereDocument,
  RerunJobDocument,
  SubmitJobDocument,
  WatchFailuresDocument,
  WatchJobsDocument,
} from '../generated/graphql.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until } from '../live-transport/ws-client.ts';
import { ALL, neutralSpec } from './specs.ts';
import { actingGateway } from './start.ts';

/** What a message of `jobEvents` may hold. */
interface Told {
  readonly __typename: string;
  readonly cursor: string | null;
  readonly matches?: boolean;
  readonly job?: { readonly id: string; readonly name: string; readonly status: { readonly state?: string } };
}

describe('the examples of acting and watching', () => {
  const gateway = actingGateway({
    sandbox: { arrivalMs: 0, nodeUpMs: 0, jobsPerSite: 30 },
    live: { hotMs: 200 },
  });

  it('submit a job as they stand, and find it again as they stand', async () => {
    const { gateway: running } = gateway();
    const first = await running.execute(SubmitJobDocument, {});
    expect(first.data?.submitJob).toMatchObject({ outcome: 'CREATED', replayed: false, errors: [] });
    const second = await running.execute(SubmitJobDocument, {});
    expect(second.data?.submitJob).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id: first.data?.submitJob.job?.id },
    });
  });

  it.each(ALL)('submit to %s just as well', async (provider) => {
    const client = gateway();
    const project = provider === 'runai' ? { project: await client.projectOf(provider) } : {};
    const { data } = await client.gateway.execute(SubmitJobDocument, {
      idempotencyKey: `to ${provider}`,
      provider,
      ...project,
    });
    expect(data?.submitJob).toMatchObject({
      outcome: 'CREATED',
      errors: [],
      job: { provider: { key: provider } },
    });
  });

  it('plan on every provider', async () => {
    const { data } = await gateway().gateway.execute(PlanEverywhereDocument);
    expect(data?.plan.options.map(({ provider }) => provider.key)).toEqual(ALL);
    // It shows both: what can be done, and what cannot.
    const accepted = data?.plan.options.map((option) => option.accepted);
    expect(accepted).toContain(true);
    expect(accepted).toContain(false);
  });

  it('cancel a job', async () => {
    const client = gateway();
    const { id } = await client.create('bacalhau', neutralSpec());
    const { data } = await client.gateway.execute(CancelJobDocument, { id });
    expect(data?.cancelJob).toMatchObject({ outcome: 'DONE', job: { id }, errors: [] });
  });

  it('only list what many cancellations would do, as they stand', async () => {
    const client = gateway();
    client.resetCalls();
    const { data } = await client.gateway.execute(CancelJobsDocument, {});
    expect(data?.cancelJobs.sources).toHaveLength(ALL.length);
    for (const { outcome } of data?.cancelJobs.items ?? []) expect(outcome).toBe('PLANNED');
    for (const kind of ALL) expect(client.writes(kind)).toEqual([]);
  });

  it('run a job again', async () => {
    const client = gateway();
    const { nodes } = await client.page(50, { filter: { states: ['SUCCEEDED', 'FAILED'] } });
    const id = nodes.find(({ allowedActions }) => allowedActions.includes('RERUN'))?.id ?? '';
    const { data } = await client.gateway.execute(RerunJobDocument, { id, idempotencyKey: 'again' });
    expect(data?.rerunJob).toMatchObject({ outcome: 'CREATED', replayed: false, errors: [] });
  });

  it('watch jobs: first all that is there, then one that is made', async () => {
    const client = gateway();
    const stream = new SseClient(client.gateway.url, { query: print(WatchJobsDocument), method: 'POST' });
    const told = (): Told[] => (stream.nexts() as { jobEvents: Told }[]).map(({ jobEvents }) => jobEvents);
    await until(
      () => told().some(({ __typename }) => __typename === 'SnapshotEnd'),
      'the end of the snapshot',
    );
    expect(told().filter(({ __typename }) => __typename === 'JobSnapshot').length).toBeGreaterThan(
      ALL.length,
    );
    const { id } = await client.create('qarnot', neutralSpec({ name: 'watched' }));
    const made = await until(
      () => told().find(({ job, __typename }) => __typename === 'JobChange' && job?.id === id),
      'the change',
    );
    expect(made).toMatchObject({ matches: true, job: { name: 'watched' } });
    expect(made.cursor).not.toBeNull();
    stream.leave();
  });

  it('watch one project for failures: told of one that fails, and of no other', async () => {
    const client = gateway();
    const project = await client.projectOf('runai');
    const stream = new SseClient(client.gateway.url, {
      query: print(WatchFailuresDocument),
      variables: { project },
      method: 'POST',
    });
    const told = (): Told[] => (stream.nexts() as { jobEvents: Told }[]).map(({ jobEvents }) => jobEvents);
    await stream.begun();
    await until(
      () => told().length > 0 || stream.events.length > 0 || stream.comments > 0,
      'the stream to stand',
      15_000,
    );
    await client.create('runai', neutralSpec({ name: 'fine' }), { project });
    const failing = neutralSpec({ name: 'failing', command: ['sh', '-c', 'sleep 0; exit 3'], maxRetries: 0 });
    const { id } = await client.create('runai', failing, { project });
    const failed = await until(() => told().find(({ job }) => job?.id === id), 'the failure', 15_000);
    expect(failed).toMatchObject({ __typename: 'JobChange', matches: true });
    expect(
      told()
        .flatMap(({ job }) => (job === undefined ? [] : [job.name]))
        .filter((name) => !name.startsWith('failing')),
    ).toEqual([]);
    stream.leave();
  });
});
