import { describe, expect, it, vi } from 'vitest';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import { ALL, GIVEN_FIELDS, neutralSpec, type SubmitJobInput } from './specs.ts';
import { actingGateway, STILL } from './start.ts';

const FIRST = 3;
/** The emulator of Run:ai holds new workloads back for a second, in lists and in lookups. */
const SHOWN_AFTER_MS = 1_050;

describe.each(ALL)('submitJob to %s', (kind: SandboxKind) => {
  const gateway = actingGateway();

  async function input(key: string, name: string): Promise<SubmitJobInput> {
    return gateway().inputFor(kind, neutralSpec({ name }), { idempotencyKey: key });
  }

  it('creates one job, with a verdict for each field that was given', async () => {
    const client = gateway();
    const asked = await input('one', 'once');
    const before = client.count(kind);
    const answer = await client.submit(asked);
    expect(answer).toMatchObject({ outcome: 'CREATED', replayed: false, errors: [] });
    expect(client.count(kind)).toBe(before + 1);
    expect(answer.jobs).toEqual([answer.job]);
    expect(answer.job).toMatchObject({ provider: { key: kind }, generation: 1 });
    expect(answer.job?.name).toMatch(/^once/);
    expect(['SUBMITTING', 'QUEUED', 'PREPARING', 'RUNNING']).toContain(answer.job?.status.state);

    const given = kind === 'runai' ? [...GIVEN_FIELDS, 'project'] : GIVEN_FIELDS;
    expect(answer.verdicts.map(({ path }) => path.join('.'))).toEqual(given);
    for (const { verdict, reason } of answer.verdicts) {
      expect(['HONOURED', 'TRANSLATED']).toContain(verdict);
      if (verdict === 'TRANSLATED') expect(reason).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('can be read by its id at once, with all that hangs on it', async () => {
    const client = gateway();
    const { job } = await client.submit(await input('by-id', 'by-id'));
    const read = await client.job(job?.id ?? '');
    expect(read).toMatchObject({
      id: job?.id,
      name: job?.name,
      provider: { key: kind },
      tasks: { nodes: [{ image: 'acme/embed:3' }], sources: [{ outcome: 'OK', error: null }] },
      executions: { sources: [{ outcome: 'OK', error: null }] },
    });
  });

  it('stands on the first page at once, and on one page alone', async () => {
    const client = gateway();
    const { job } = await client.submit(await input('in-lists', 'in-lists'));
    const first = await client.page(FIRST);
    expect(first.nodes[0]).toMatchObject({ id: job?.id, tasks: { sources: [{ outcome: 'OK' }] } });
    expect(first.pageInfo.hasNextPage).toBe(true);

    const walked = await client.walk(FIRST);
    const ids = walked.map(({ id }) => id);
    expect(ids.filter((id) => id === job?.id)).toHaveLength(1);
    expect(new Set(ids).size).toBe(ids.length);
    const own = { providers: [kind], namePrefix: 'in-lists' };
    const named = await client.page(FIRST, { filter: own });
    expect(named.nodes.map(({ id }) => id)).toEqual([job?.id]);
    expect((await client.page(FIRST, { filter: { ...own, states: ['FAILED'] } })).nodes).toEqual([]);
  });

  it('gives the first answer again for the same key, and makes nothing', async () => {
    const client = gateway();
    const asked = await input('again', 'again');
    const first = await client.submit(asked);
    const [before] = [client.count(kind)];
    client.resetCalls();
    const second = await client.submit(asked);
    expect(second).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id: first.job?.id } });
    expect(second.verdicts).toEqual(first.verdicts);
    expect(client.writes(kind)).toEqual([]);
    expect(client.count(kind)).toBe(before);
  });

  it('makes one job of a key that is used ten times at once', async () => {
    const client = gateway();
    const asked = await input('at-once', 'at-once');
    const before = client.count(kind);
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.submit(asked)));
    expect(new Set(answers.map(({ job }) => job?.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(client.count(kind)).toBe(before + 1);
  });

  it('refuses a key that was used for something else', async () => {
    const client = gateway();
    const asked = await input('other', 'other');
    await client.submit(asked);
    const before = client.count(kind);
    client.resetCalls();
    const changed = { ...asked, spec: { ...asked.spec, command: ['sleep', '601'] } };
    expect(await client.submit(changed)).toMatchObject({
      outcome: 'REFUSED',
      job: null,
      errors: [{ __typename: 'IdempotencyMismatch', path: ['idempotencyKey'], retryable: false }],
    });
    expect(client.calls(kind)).toEqual([]);
    expect(client.count(kind)).toBe(before);
    // It names nothing at another provider, and the first submission is still what it was.
    expect(await client.submit(asked)).toMatchObject({ outcome: 'CREATED', replayed: true });
  });
});

describe('a provider whose lists show a new job later', () => {
  const gateway = actingGateway();

  it('does not give it again on a later page, once it shows it', async () => {
    const client = gateway();
    const { id } = await client.create('runai', neutralSpec());
    const madeAt = performance.now();
    const filter = { providers: ['runai'] };
    const first = await client.page(1, { filter });
    expect(first.nodes.map((job) => job.id)).toEqual([id]);
    expect(first.nodes[0]?.status.confidence).toBe('REPORTED');

    await vi.waitUntil(() => performance.now() - madeAt > SHOWN_AFTER_MS, 3_000);
    const rest: string[] = [];
    for (let page = first; page.pageInfo.hasNextPage;) {
      page = await client.page(2, { filter, after: page.pageInfo.endCursor });
      rest.push(...page.nodes.map((job) => job.id));
    }
    expect(rest).toHaveLength(STILL.jobsPerSite);
    expect(rest).not.toContain(id);
    expect((await client.page(1, { filter })).nodes.map((job) => job.id)).toEqual([id]);
  });
});

describe('one key at several providers', () => {
  const gateway = actingGateway();

  it('is a submission to each, also when they are all made in one document', async () => {
    const client = gateway();
    const inputs = await Promise.all(
      ALL.map((kind) => client.inputFor(kind, neutralSpec(), { idempotencyKey: 'everywhere' })),
    );
    const document = `mutation Everywhere($a: SubmitJobInput!, $b: SubmitJobInput!, $c: SubmitJobInput!, $d: SubmitJobInput!) {
      ${['a', 'b', 'c', 'd'].map((name) => `${name}: submitJob(input: $${name}) { outcome replayed job { id provider { key } } }`).join('\n')}
    }`;
    const variables = Object.fromEntries(['a', 'b', 'c', 'd'].map((name, i) => [name, inputs[i]]));
    const made = await client.ask<
      Record<string, { outcome: string; job: { id: string; provider: { key: string } } }>
    >(document, variables);
    expect(Object.values(made).map(({ outcome, job }) => [outcome, job.provider.key])).toEqual(
      ALL.map((kind) => ['CREATED', kind]),
    );
    const page = await client.page(ALL.length);
    expect(new Set(page.nodes.map(({ id }) => id))).toEqual(
      new Set(Object.values(made).map(({ job }) => job.id)),
    );
  });
});
