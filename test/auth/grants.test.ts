import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grant } from '../../src/model/access.ts';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { READ_ALL, testAuth } from './authenticators.ts';

interface JobRow {
  readonly id: string;
  readonly allowedActions: readonly string[];
  readonly provider: { readonly key: string };
  readonly project: { readonly id: string; readonly nativeRef: { readonly nativeId: string } };
}

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

const JOBS = `query ($after: String, $filter: JobFilter) { jobs(first: 100, after: $after, filter: $filter) {
  nodes { id allowedActions provider { key } project { id nativeRef { nativeId } } }
  pageInfo { hasNextPage endCursor }
  sources { provider { key } outcome }
} }`;
const SPEC = { name: 'mine', image: 'busybox:1.37', command: ['true'], resources: { cpuMillis: 1000 } };
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'];
const LIVING = ['QUEUED', 'PREPARING', 'RUNNING', 'SUSPENDED'];

let sandbox: Sandbox;
let gateway: TestGateway;
let keys: Readonly<Record<'all' | 'reader' | 'half' | 'inside' | 'worker', string>>;
/** Everything there is, of a world in which nothing happens. */
let world: JobRow[];
/** In the project that "inside" and "worker" were granted, and not. */
let within: JobRow[];
let without: JobRow[];

async function ask(who: string, query: string, variables: object = {}): Promise<Answer> {
  const response = await gateway.post(JSON.stringify({ query, variables }), { 'x-api-key': who });
  return (await response.json()) as Answer;
}

/** Every page. */
async function jobsOf(who: string, filter: object = {}): Promise<{ jobs: JobRow[]; sources: string[] }> {
  const jobs: JobRow[] = [];
  for (let after: string | null = null; ;) {
    const { data } = await ask(who, JOBS, { after, filter });
    const page = data?.['jobs'] as {
      nodes: JobRow[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
      sources: { provider: { key: string } }[];
    };
    jobs.push(...page.nodes);
    if (!page.pageInfo.hasNextPage)
      return { jobs, sources: page.sources.map(({ provider }) => provider.key) };
    after = page.pageInfo.endCursor;
  }
}

const idsOf = (jobs: readonly JobRow[]): string[] =>
  jobs.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1));

beforeAll(async () => {
  const admin: Grant = { scopes: ['admin'], providers: null, projects: null };
  sandbox = await startSandbox({ arrivalMs: 0, nodeUpMs: 0, jobsPerSite: 20 });
  const looking = await testAuth({ all: [admin] });
  gateway = await startTestGateway({ auth: looking.auth, over: sandbox });
  world = (await jobsOf(looking.keys.all)).jobs;
  await gateway.close();
  // The first project at Run:ai that something is in, and something is not.
  const runai = world.filter(({ provider }) => provider.key === 'runai');
  const project = runai[0]!.project;
  within = runai.filter((job) => job.project.id === project.id);
  without = world.filter((job) => job.project.id !== project.id);
  const there = [{ provider: 'runai' as ProviderKey, key: project.nativeRef.nativeId as NativeKey }];
  const made = await testAuth({
    all: [admin],
    reader: [READ_ALL],
    half: [READ_ALL, { scopes: ['submit', 'operate'], providers: ['qarnot' as ProviderKey], projects: null }],
    inside: [{ scopes: ['read'], providers: null, projects: there }],
    worker: [{ scopes: ['read', 'submit', 'operate'], providers: null, projects: there }],
  });
  keys = made.keys;
  gateway = await startTestGateway({ auth: made.auth, over: sandbox });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

describe('what a caller may not see', { timeout: 60_000 }, () => {
  it('there is enough of it for this to say something', () => {
    expect(within.length).toBeGreaterThan(0);
    expect(without.some(({ provider }) => provider.key === 'runai')).toBe(true);
    expect(new Set(world.map(({ provider }) => provider.key)).size).toBeGreaterThan(2);
  });

  it('is in no page of a list, and its provider in no report', async () => {
    const { jobs, sources } = await jobsOf(keys.inside);
    expect([idsOf(jobs), sources]).toEqual([idsOf(within), ['runai']]);
    const { data } = await ask(keys.inside, '{ providers { key } projects(first: 100) { nodes { nativeRef { nativeId } } } }'); // prettier-ignore
    expect(data).toEqual({
      providers: [{ key: 'runai' }],
      projects: { nodes: [{ nativeRef: { nativeId: within[0]!.project.nativeRef.nativeId } }] },
    });
  });

  it('is not behind its id, whatever way that is asked for', async () => {
    for (const [job, isThere] of [
      ...without.map((job) => [job, false] as const),
      [within[0]!, true] as const,
    ]) {
      const { data, errors = [] } = await ask(
        keys.inside,
        'query ($id: ID!, $project: ID!) { job(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } project(id: $project) { id } }',
        { id: job.id, project: job.project.id },
      );
      const one = isThere ? { id: job.id } : null;
      const project = isThere ? { id: job.project.id } : null;
      expect(data).toEqual({ job: one, node: one, nodes: [one], project });
      expect(errors.filter(({ extensions }) => extensions.code !== 'NOT_FOUND')).toEqual([]);
    }
  });

  it('cannot be made to show by a filter', async () => {
    const other = without.find(({ provider }) => provider.key === 'runai')!;
    const { jobs } = await jobsOf(keys.inside, { projects: [other.project.id, within[0]!.project.id] });
    expect(idsOf(jobs)).toEqual(idsOf(within));
    const named = await ask(keys.inside, JOBS, { filter: { providers: ['qarnot'] } });
    const made = await ask(keys.inside, JOBS, { filter: { providers: ['made-up'] } });
    expect(JSON.stringify(named).replaceAll('qarnot', 'made-up')).toBe(JSON.stringify(made));
  });
});

describe('what a caller may not do', { timeout: 60_000 }, () => {
  const CANCEL = 'mutation ($id: ID!) { cancelJob(input: { id: $id }) { outcome errors { __typename } } }';
  const SUBMIT =
    'mutation ($input: SubmitJobInput!) { submitJob(input: $input) { outcome job { id } errors { __typename } } }';

  async function errorsOf(who: string, query: string, variables: object): Promise<string[]> {
    const { data } = await ask(who, query, variables);
    const [payload] = Object.values(data ?? {}) as [{ errors: { __typename: string }[] }];
    return payload.errors.map(({ __typename }) => __typename);
  }

  const submit = (who: string, provider: string): Promise<string[]> =>
    errorsOf(who, SUBMIT, { input: { idempotencyKey: `grants at ${provider}`, provider, spec: SPEC } });

  it('is refused to who may see it', async () => {
    for (const job of [within[0]!, without[0]!]) {
      expect(await errorsOf(keys.reader, CANCEL, { id: job.id })).toEqual(['NotPermitted']);
    }
    for (const provider of ['bacalhau', 'qarnot']) {
      expect(await submit(keys.reader, provider)).toEqual(['NotPermitted']);
    }
    const { jobs } = await jobsOf(keys.reader);
    expect(jobs.flatMap(({ allowedActions }) => allowedActions)).toEqual([]);
  });

  it('is a job that is not there to who may not', async () => {
    expect(await errorsOf(keys.worker, CANCEL, { id: without[0]!.id })).toEqual(['ObjectNotFound']);
  });

  it('is not in what a filter matches', async () => {
    const { data } = await ask(
      keys.worker,
      'mutation ($filter: JobFilter!) { cancelJobs(input: { filter: $filter, limit: 100, dryRun: true }) { items { job { id } } } }',
      { filter: { states: LIVING } },
    );
    const { items } = (data ?? {})['cancelJobs'] as { items: { job: JobRow }[] };
    const living = (await jobsOf(keys.worker, { states: LIVING })).jobs;
    expect(living.length).toBeGreaterThan(0);
    expect(idsOf(items.map(({ job }) => job))).toEqual(idsOf(living));
  });

  it('is everything at a provider that the grant does not name, and nothing at the one it does', async () => {
    expect(await submit(keys.half, 'bacalhau')).toEqual(['NotPermitted']);
    expect(await submit(keys.half, 'qarnot')).toEqual([]);
    const living = (await jobsOf(keys.half, { states: LIVING })).jobs;
    const ended = (await jobsOf(keys.half, { states: ENDED })).jobs;
    const able = [...living, ...ended].filter(({ allowedActions }) => allowedActions.length > 0);
    expect(new Set(able.map(({ provider }) => provider.key))).toEqual(new Set(['qarnot']));
  });

  it('leaves a line for the audit, and changes nothing', async () => {
    const lines = gateway.logLines.filter((line) => 'audit' in line && 'error' in line);
    expect(JSON.stringify(lines)).toContain('"error":"NOT_PERMITTED"');
    const { jobs } = await jobsOf(keys.all);
    const before = new Set(idsOf(world));
    expect(jobs.filter(({ id }) => !before.has(id)).map(({ provider }) => provider.key)).toEqual(['qarnot']);
  });
});
