/** What one tenant does is done in their account, and is no other tenant's to repeat, see or undo. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_KINDS, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import { actionOn, CANCEL_JOBS, PROJECTS, RECONCILE, RERUN, SUBMIT } from '../acting/documents.ts';
import type { Acted, BulkAnswer, Submitted } from '../acting/acting-client.ts';
import { CREATE_CALL, neutralSpec } from '../acting/specs.ts';
import { closeGateways, configText, loaded, makeDoors, startGateway, type Doors, type TenantsGateway } from './rig.ts'; // prettier-ignore
import { broughtBy, otherOf, startTwoAccounts, TENANTS, type Tenant, type TwoAccounts } from './two-accounts.ts'; // prettier-ignore
import { Listener, until } from './listener.ts';

/** Strangers, who are told apart by what they bring and by nothing else. */
const ANYBODY = { anonymous: { grants: [{ scopes: ['read', 'submit', 'operate'] }] } };

let accounts: TwoAccounts;
let doors: Doors;
let byTenant: TenantsGateway;
let byCaller: TenantsGateway;

beforeAll(async () => {
  accounts = await startTwoAccounts({ jobsPerSite: 6 });
  doors = await makeDoors();
  const act = { timeoutMs: 1_000 };
  byTenant = await startGateway(
    loaded(configText(accounts, 'TENANTS', { sections: { auth: doors.auth, act } })),
  );
  byCaller = await startGateway(
    loaded(configText(accounts, 'BROUGHT', { sections: { act, auth: ANYBODY } })),
  );
}, 60_000);

afterAll(async () => {
  await closeGateways();
  await doors.close();
  await accounts.close();
});

/** One way to be somebody. */
interface Side {
  readonly tenant: Tenant;
  readonly gateway: TenantsGateway;
  readonly headers: Record<string, string>;
}

const WAYS: readonly [string, () => Record<Tenant, Side>][] = [
  ['tenants of API keys', () => sidesOf(byTenant, (tenant) => doors.byKey[tenant])],
  ['tenants of tokens, with one subject', () => sidesOf(byTenant, (tenant) => doors.byToken[tenant])],
  ['callers with credentials of their own', () => sidesOf(byCaller, (tenant) => broughtBy(tenant))],
];

function sidesOf(gateway: TenantsGateway, headersOf: (tenant: Tenant) => object): Record<Tenant, Side> {
  const side = (tenant: Tenant): Side => ({ tenant, gateway, headers: { ...headersOf(tenant) } });
  return { ada: side('ada'), bob: side('bob') };
}

async function ask<T>({ gateway, headers, tenant }: Side, query: string, variables: object): Promise<T> {
  const { json, text } = await gateway.ask(headers, query, variables);
  expect(json.errors).toBeUndefined();
  expect(accounts.foreignIn(text, tenant, JSON.stringify(variables))).toEqual([]);
  return json.data as T;
}

async function inputFor(side: Side, kind: SandboxKind, idempotencyKey: string): Promise<object> {
  const spec = neutralSpec({ name: `made-${idempotencyKey}` });
  if (kind !== 'runai') return { provider: kind, spec, idempotencyKey };
  const { projects } = await ask<{ projects: { nodes: { id: string }[] } }>(side, PROJECTS, { filter: { providers: [kind] } }); // prettier-ignore
  return { provider: kind, spec, idempotencyKey, project: projects.nodes[0]?.id };
}

async function submit(side: Side, input: object): Promise<Submitted> {
  return (await ask<{ submitJob: Submitted }>(side, SUBMIT, { input })).submitJob;
}

async function created(side: Side, kind: SandboxKind, key: string): Promise<NonNullable<Submitted['job']>> {
  const { job, outcome, errors } = await submit(side, await inputFor(side, kind, key));
  if (job === null) throw new Error(`${kind}: ${outcome} ${JSON.stringify(errors)}`);
  return job;
}

function jobsOf(tenant: Tenant, kind: SandboxKind): Set<string> {
  accounts.worlds[tenant].sync();
  const jobs = [...accounts.worlds[tenant].site(kind).jobs.values()];
  return new Set(
    jobs.map(({ id, version, stopRequestedAt }) => `${id} ${String(version)} ${String(stopRequestedAt)}`),
  );
}

function made(tenant: Tenant, kind: SandboxKind, name: string): number {
  return [...accounts.worlds[tenant].site(kind).jobs.values()].filter((job) => job.name.includes(name))
    .length;
}

describe.each(WAYS)('%s', (way, sides) => {
  const word = way.replaceAll(/\W+/g, '-').slice(0, 20).toLowerCase();

  it.each(SANDBOX_KINDS)(
    'submit to %s with one key: a job in each account, which repeats find',
    async (kind) => {
      const key = `twins-${word}`;
      const both = Object.values(sides());
      const before = both.map(({ tenant }) => jobsOf(tenant, kind).size);
      const first = await Promise.all(both.map((side) => created(side, kind, key)));
      expect(new Set(first.map(({ id }) => id)).size).toBe(2);
      for (const [i, side] of both.entries()) {
        const again = await submit(side, await inputFor(side, kind, key));
        expect(again).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id: first[i]?.id } });
        const known = await ask<{ reconcileSubmission: Submitted }>(side, RECONCILE, { input: { provider: kind, idempotencyKey: key } }); // prettier-ignore
        expect(known.reconcileSubmission).toMatchObject({ replayed: true, job: { id: first[i]?.id } });
      }
      // A job in each, and no other.
      expect(both.map(({ tenant }) => jobsOf(tenant, kind).size)).toEqual(before.map((count) => count + 1));
    },
    30_000,
  );

  it.each(SANDBOX_KINDS)(
    'a job of another account at %s is not there, whatever is to be done to it',
    async (kind) => {
      const { ada, bob } = sides();
      const { id } = await created(ada, kind, `apart-${word}`);
      const before = jobsOf('ada', kind);
      const seen = accounts.routers[kind].arrived.length;
      for (const field of ['cancelJob', 'deleteJob', 'suspendJob', 'resumeJob']) {
        const { answer } = await ask<{ answer: Acted }>(bob, actionOn('job', field), { input: { id } });
        expect(answer).toMatchObject({ outcome: 'REFUSED', object: null, errors: [{ __typename: 'ObjectNotFound' }] }); // prettier-ignore
      }
      const { rerunJob } = await ask<{ rerunJob: Submitted }>(bob, RERUN, { input: { id, idempotencyKey: `rerun-${word}` } }); // prettier-ignore
      expect(rerunJob).toMatchObject({
        outcome: 'REFUSED',
        job: null,
        errors: [{ __typename: 'ObjectNotFound' }],
      });
      const { reconcileSubmission } = await ask<{ reconcileSubmission: Submitted }>(bob, RECONCILE, { input: { provider: kind, idempotencyKey: `apart-${word}` } }); // prettier-ignore
      expect(reconcileSubmission).toMatchObject({ outcome: 'REFUSED', job: null });
      const arrived = accounts.routers[kind].arrived.slice(seen);
      expect(arrived.filter(({ account }) => account !== 'bob')).toEqual([]);
      expect(jobsOf('ada', kind)).toEqual(before);
    },
    30_000,
  );

  it('cancel many: those of their own account alone, and nobody else hears of it', async () => {
    const { ada, bob } = sides();
    for (const side of [ada, bob]) {
      for (const kind of ['bacalhau', 'qarnot'] as const) await created(side, kind, `bulk-${word}`);
    }
    const listeners = await Promise.all(TENANTS.map((tenant) => Listener.toActing(sides()[tenant])));
    const input = { filter: { namePrefix: `made-bulk-${word}`, providers: ['bacalhau', 'qarnot'] }, limit: 50, bulkId: 'b' }; // prettier-ignore
    const { cancelJobs } = await ask<{ cancelJobs: BulkAnswer }>(ada, CANCEL_JOBS, { input });
    expect(cancelJobs.items.map(({ outcome }) => outcome)).toEqual(['DONE', 'DONE']);
    await until(() => listeners[0]?.text.includes('BulkProgress'), 'the progress to be heard of');
    const ended = [...accounts.worlds.bob.site('bacalhau').jobs.values()].filter(({ name, stopRequestedAt }) => name.includes(`made-bulk-${word}`) && stopRequestedAt !== null); // prettier-ignore
    expect(ended).toEqual([]);
    // Bob hears of his own, and of nothing before that.
    await ask(bob, CANCEL_JOBS, { input: { ...input, bulkId: 'c' } });
    await until(() => listeners[1]?.text.includes('BulkProgress'), 'the progress to be heard of');
    for (const listener of listeners) listener.leave();
    for (const [i, tenant] of TENANTS.entries()) {
      expect(accounts.foreignIn(listeners[i]?.text ?? '', tenant)).toEqual([]);
    }
    expect(listeners[1]?.text).not.toContain('"bulkId":"b"');
  }, 30_000);

  it('an answer that was lost is found out about in the account it was sent to', async () => {
    const sidesNow = sides();
    const listeners = await Promise.all(TENANTS.map((tenant) => Listener.toActing(sidesNow[tenant])));
    for (const tenant of TENANTS) {
      const { faults } = accounts.emulator(tenant, 'qarnot');
      const side = sidesNow[tenant];
      const key = `lost-${word}`;
      faults.set('lost', {
        match: CREATE_CALL.qarnot,
        times: 1,
        effect: { kind: 'reset', afterCommit: true },
      });
      faults.set('blind', { match: 'GET /tasks', effect: { kind: 'status', status: 503 } });
      const input = await inputFor(side, 'qarnot', key);
      const lost = await submit(side, input);
      expect(lost).toMatchObject({ outcome: 'UNKNOWN', job: null });
      const from = accounts.routers.qarnot.arrived.length;
      // The other's repeat of the key is a submission of their own; theirs alone is looked for.
      const { reconcileSubmission: others } = await ask<{ reconcileSubmission: Submitted }>(sidesNow[otherOf(tenant)], RECONCILE, { input: { provider: 'qarnot', idempotencyKey: key } }); // prettier-ignore
      expect(others.outcome === 'CREATED' ? others.replayed : others.outcome).toBe(tenant === 'bob' ? true : 'REFUSED'); // prettier-ignore
      faults.clear();
      const { reconcileSubmission } = await ask<{ reconcileSubmission: Submitted }>(side, RECONCILE, { input: { provider: 'qarnot', idempotencyKey: key } }); // prettier-ignore
      expect(reconcileSubmission).toMatchObject({ outcome: 'CREATED' });
      const looked = accounts.routers.qarnot.arrived.slice(from).filter(({ account, path }) => account !== tenant && path.includes('shortname')); // prettier-ignore
      expect(looked).toEqual([]);
      const again = await submit(side, input);
      expect(again).toMatchObject({
        outcome: 'CREATED',
        replayed: true,
        job: { id: reconcileSubmission.job?.id },
      });
      expect(made(tenant, 'qarnot', `made-${key}`)).toBe(1);
    }
    for (const [i, tenant] of TENANTS.entries()) {
      await until(() => listeners[i]?.text.includes('SubmissionUnknown') && listeners[i]?.text.includes('SubmissionSettled'), 'both to be told'); // prettier-ignore
      listeners[i]?.leave();
      expect(listeners[i]?.text.match(/SubmissionUnknown/g)).toHaveLength(1);
      expect(accounts.foreignIn(listeners[i]?.text ?? '', tenant)).toEqual([]);
    }
  }, 60_000);
});
