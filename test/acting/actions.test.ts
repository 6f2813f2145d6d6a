import { describe, expect, it, vi } from 'vitest';
import { encodeId, type NativeKey, type ProviderKey } from '../../src/model/ids.ts';
import type { Action, State } from '../generated/graphql.ts';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { ActingClient, ShownJob } from './acting-client.ts';
import { ALL, neutralSpec } from './specs.ts';
import { actingGateway } from './start.ts';

const FIELDS: readonly (readonly [Action, string])[] = [
  ['CANCEL', 'cancelJob'],
  ['SUSPEND', 'suspendJob'],
  ['RESUME', 'resumeJob'],
  ['DELETE', 'deleteJob'],
];

/** What readers may see once an action is done; null where the object is gone. */
const SHOWS: Readonly<Partial<Record<Action, readonly State[] | null>>> = {
  CANCEL: ['CANCELLING', 'CANCELLED'],
  SUSPEND: ['CANCELLING', 'SUSPENDED'],
  RESUME: ['SUBMITTING', 'QUEUED', 'PREPARING', 'RUNNING'],
  DELETE: null,
};

const CAPABILITIES = `query ($key: String!) {
  provider(key: $key) { capabilities { actions { type actions } } }
}`;

async function capable(
  client: ActingClient,
  kind: SandboxKind,
): Promise<ReadonlyMap<string, readonly Action[]>> {
  const { provider } = await client.ask<{
    provider: { capabilities: { actions: { type: string; actions: Action[] }[] } };
  }>(CAPABILITIES, { key: kind });
  return new Map(provider.capabilities.actions.map(({ type, actions }) => [type, actions]));
}

/** As lists show it: null when they do not. */
async function listed(client: ActingClient, { id, name, provider }: ShownJob): Promise<ShownJob | null> {
  const { nodes } = await client.page(100, { filter: { providers: [provider.key], namePrefix: name } });
  return nodes.find((node) => node.id === id) ?? null;
}

function isLeaving({ status }: ShownJob): boolean {
  return status.desired === 'DELETE' || status.reason === 'DELETED_UPSTREAM';
}

async function endedJob(client: ActingClient, kind: SandboxKind): Promise<ShownJob> {
  const { nodes } = await client.page(100, {
    filter: { providers: [kind], states: ['SUCCEEDED', 'FAILED'] },
  });
  const [job] = nodes;
  if (job === undefined) throw new Error(`${kind} has no job that has ended`);
  return job;
}

async function suspendedJob(client: ActingClient): Promise<ShownJob> {
  const { id } = await client.create('runai', neutralSpec());
  expect(await client.act('suspendJob', id)).toMatchObject({ outcome: 'DONE' });
  return vi.waitFor(
    async () => {
      const job = await client.job(id);
      if (job?.status.state !== 'SUSPENDED') throw new Error(`is ${String(job?.status.state)}`);
      return job;
    },
    { timeout: 8_000, interval: 50 },
  );
}

async function expectDone(client: ActingClient, action: Action, field: string, job: ShownJob): Promise<void> {
  const shows = SHOWS[action];
  const answer = await client.act(field, job.id);
  expect(answer).toMatchObject({ outcome: 'DONE', errors: [] });
  const [read, row] = [await client.job(job.id), await listed(client, job)];
  if (shows === null || shows === undefined) {
    expect(answer.object).toBeNull();
    // A provider that takes its time may show it on its way out.
    for (const shown of [read, row]) if (shown !== null) expect(isLeaving(shown)).toBe(true);
    return;
  }
  expect(shows).toContain(answer.object?.status.state);
  expect(shows).toContain(read?.status.state);
  // A provider may take what was cancelled out of its lists.
  if (row !== null || action !== 'CANCEL') expect(shows).toContain(row?.status.state);
}

async function expectRefused(
  client: ActingClient,
  kind: SandboxKind,
  field: string,
  job: ShownJob,
  typename: string,
): Promise<void> {
  client.resetCalls();
  const answer = await client.act(field, job.id);
  expect(answer).toMatchObject({
    outcome: 'REFUSED',
    object: { id: job.id },
    errors: [{ __typename: typename, retryable: false }],
  });
  expect(client.writes(kind)).toEqual([]);
  expect((await client.job(job.id))?.status.state).toBe((await listed(client, job))?.status.state);
}

describe.each(ALL)('actions on jobs of %s', (kind) => {
  const gateway = actingGateway();

  it.each(FIELDS)(
    '%s does to a new job what its allowedActions say, and is seen at once',
    async (action, field) => {
      const client = gateway();
      const can = (await capable(client, kind)).get('job') ?? [];
      const job = await client.create(kind, neutralSpec({ name: `new-${action.toLowerCase()}` }));
      if (job.allowedActions.includes(action)) {
        expect(can).toContain(action);
        await expectDone(client, action, field, job);
      } else {
        const why = can.includes(action) ? 'InvalidState' : 'UnsupportedOperation';
        await expectRefused(client, kind, field, job, why);
      }
    },
  );

  it.each(FIELDS)('%s does to an ended job what its allowedActions say', async (action, field) => {
    const client = gateway();
    const can = (await capable(client, kind)).get('job') ?? [];
    const job = await endedJob(client, kind);
    if (job.allowedActions.includes(action)) await expectDone(client, action, field, job);
    else
      await expectRefused(
        client,
        kind,
        field,
        job,
        can.includes(action) ? 'InvalidState' : 'UnsupportedOperation',
      );
  });

  it('a second cancellation finds the first', async () => {
    const client = gateway();
    const { id } = await client.create(kind, neutralSpec({ name: 'twice' }));
    expect(await client.act('cancelJob', id)).toMatchObject({ outcome: 'DONE' });
    const again = await client.act('cancelJob', id);
    expect(['ALREADY', 'DONE']).toContain(again.outcome);
    expect(again.errors).toEqual([]);
    expect(SHOWS.CANCEL).toContain(again.object?.status.state);
  });

  it('many cancellations at the same time are as good as one', async () => {
    const client = gateway();
    const { id } = await client.create(kind, neutralSpec({ name: 'at-once' }));
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.act('cancelJob', id)));
    for (const { outcome, object, errors } of answers) {
      expect([outcome, errors]).toEqual([expect.stringMatching(/^(DONE|ALREADY)$/), []]);
      expect(SHOWS.CANCEL).toContain(object?.status.state);
    }
  });

  it('another revision than the expected one is a Conflict, and nothing is sent', async () => {
    const client = gateway();
    const job = await client.create(kind, neutralSpec({ name: 'revised' }));
    for (const field of ['cancelJob', ...(job.allowedActions.includes('DELETE') ? ['deleteJob'] : [])]) {
      client.resetCalls();
      const answer = await client.act(field, job.id, { expectedRevision: job.revision + 1_000_000 });
      expect(answer).toMatchObject({
        outcome: 'REFUSED',
        object: { id: job.id },
        errors: [{ __typename: 'Conflict', path: ['expectedRevision'] }],
      });
      expect(client.writes(kind)).toEqual([]);
    }
    const now = await client.job(job.id);
    const { outcome } = await client.act('cancelJob', job.id, { expectedRevision: now?.revision ?? -1 });
    // It may have gone on meanwhile: then that is what is said.
    expect(['DONE', 'REFUSED']).toContain(outcome);
  });

  it('an object that is not there is not found, whatever is to be done', async () => {
    const client = gateway();
    const made = await client.create(kind, neutralSpec({ name: 'absent' }));
    const key = made.nativeRef.nativeId.replaceAll(/[0-9a-f]/g, '0') as NativeKey;
    for (const id of [
      encodeId('job', kind as ProviderKey, kind === 'qarnot' ? (`t:${key}` as NativeKey) : key),
      encodeId('job', 'nowhere' as ProviderKey, key),
    ]) {
      for (const [, field] of FIELDS) {
        client.resetCalls();
        const answer = await client.act(field, id);
        expect(answer).toMatchObject({
          outcome: 'REFUSED',
          object: null,
          errors: [{ __typename: 'ObjectNotFound' }],
        });
        expect(client.writes(kind)).toEqual([]);
      }
      const rerun = await client.rerun(id, 'rerun-of-nothing');
      expect(rerun).toMatchObject({
        outcome: 'REFUSED',
        job: null,
        errors: [{ __typename: 'ObjectNotFound' }],
      });
    }
  });
});

describe('a job that is suspended', () => {
  const gateway = actingGateway();

  it('can be resumed, and is seen to go on at once', async () => {
    const client = gateway();
    const job = await suspendedJob(client);
    expect(job.allowedActions).toContain('RESUME');
    await expectDone(client, 'RESUME', 'resumeJob', job);
    // Another time it goes on already.
    expect(await client.act('resumeJob', job.id)).toMatchObject({ errors: [{ __typename: 'InvalidState' }] });
  });

  it('can be cancelled, also while it is being suspended', async () => {
    const client = gateway();
    await expectDone(client, 'CANCEL', 'cancelJob', await suspendedJob(client));
    const job = await client.create('runai', neutralSpec());
    expect(await client.act('suspendJob', job.id)).toMatchObject({ outcome: 'DONE' });
    client.resetCalls();
    await expectDone(client, 'CANCEL', 'cancelJob', job);
    expect(client.writes('runai')).toEqual([expect.stringMatching(/^DELETE .*trainings/)]);
    await vi.waitFor(async () => expect((await client.job(job.id))?.status.state).toBe('CANCELLED'), 8_000);
  });
});

describe('actions on tasks', () => {
  const gateway = actingGateway();

  it.each(ALL)('are what allowedActions of a task of %s say', async (kind) => {
    const client = gateway();
    const can = (await capable(client, kind)).get('task') ?? [];
    for (const [action, field] of [
      ['CANCEL', 'cancelTask'],
      ['DELETE', 'deleteTask'],
    ] as const) {
      const job = await client.create(kind, neutralSpec({ name: 'with-a-task' }));
      const task = (await client.job(job.id))?.tasks.nodes[0];
      expect(task?.allowedActions.includes(action)).toBe(can.includes(action));
      client.resetCalls();
      const answer = await client.act(field, task?.id ?? '');
      if (!can.includes(action)) {
        expect(answer).toMatchObject({
          outcome: 'REFUSED',
          errors: [{ __typename: 'UnsupportedOperation' }],
        });
        expect(client.writes(kind)).toEqual([]);
        continue;
      }
      expect(answer).toMatchObject({ outcome: 'DONE', errors: [] });
      const now = await client.job(job.id);
      // The job of a Qarnot task without one is nothing but the task.
      if (action === 'DELETE')
        expect([answer.object, now, await listed(client, job)]).toEqual([null, null, null]);
      else expect(SHOWS.CANCEL).toContain(now?.tasks.nodes[0]?.status.state);
    }
  });

  it('are for tasks: the id of a job is no id of one', async () => {
    const client = gateway();
    const job = await client.create('qarnot', neutralSpec());
    client.resetCalls();
    const { data, errors } = await client.answer(
      'mutation ($id: ID!) { cancelTask(input: { id: $id }) { outcome } }',
      { id: job.id },
    );
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('INVALID_ARGUMENT');
    expect(client.calls('qarnot')).toEqual([]);
  });
});
