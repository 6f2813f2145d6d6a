import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberedJobs } from '../../src/sandbox/charity-engine/emulator.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { simSpec } from '../support/sim-spec.ts';

const IMPORT = `mutation ($input: ImportJobsInput!) {
  importJobs(input: $input) { jobs { id name createdAt } refused { nativeId error { code } } }
}`;

interface Answer {
  readonly data?: {
    readonly importJobs?: {
      readonly jobs: readonly { readonly id: string; readonly name: string }[];
      readonly refused: readonly { readonly nativeId: string; readonly error: { readonly code: string } }[];
    } | null;
    readonly jobs?: { readonly nodes: readonly { readonly name: string }[] };
  };
  readonly errors?: readonly { readonly extensions: { readonly code: string; readonly field?: string } }[];
}

describe('importing jobs that a provider cannot list', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({
      sandbox: { jobsPerSite: 5, arrivalMs: 0 },
      upstream: { freshnessMs: 0 },
    });
  });
  afterAll(() => gateway.close());

  async function ask(query: string, variables?: unknown): Promise<Answer> {
    return (await (await gateway.post(JSON.stringify({ query, variables }))).json()) as Answer;
  }
  const names = async () =>
    (
      await ask('{ jobs(first: 50, filter: { providers: ["charity-engine"] }) { nodes { name } } }')
    ).data!.jobs!.nodes.map(({ name }) => name);

  it('shows them from then on, with what their submitter remembers', async () => {
    gateway.sandbox.world.site('charity-engine').submit(simSpec('made-elsewhere'));
    const [job] = rememberedJobs(gateway.sandbox.world, 1);
    expect(await names()).not.toContain('made-elsewhere');
    const input = {
      provider: 'charity-engine',
      jobs: [{ nativeId: job!.id, name: 'made-elsewhere' }, { nativeId: '0'.repeat(32) }],
    };
    const { data, errors } = await ask(IMPORT, { input });
    expect(errors).toBeUndefined();
    expect(data!.importJobs!.jobs.map(({ name }) => name)).toEqual(['made-elsewhere']);
    expect(data!.importJobs!.refused).toEqual([{ nativeId: '0'.repeat(32), error: { code: 'NOT_FOUND' } }]);
    expect(await names()).toContain('made-elsewhere');
  });

  it.each([
    [
      'a provider that lists its jobs itself',
      { provider: 'bacalhau', jobs: [{ nativeId: 'j-1' }] },
      'UNSUPPORTED_OPERATION',
    ],
    ['a provider that is not configured', { provider: 'nowhere', jobs: [{ nativeId: 'x' }] }, 'NOT_FOUND'],
    ['no jobs at all', { provider: 'charity-engine', jobs: [] }, 'INVALID_ARGUMENT'],
    [
      'too many jobs',
      { provider: 'charity-engine', jobs: Array.from({ length: 201 }, () => ({ nativeId: 'x' })) },
      'INVALID_ARGUMENT',
    ],
  ])('refuses %s', async (_name, input, code) => {
    const { errors } = await ask(IMPORT, { input });
    expect(errors?.map((error) => error.extensions.code)).toEqual([code]);
  });

  it('cannot be done by a link: a mutation is not answered to GET', async () => {
    const query = encodeURIComponent(
      'mutation { importJobs(input: { provider: "x", jobs: [] }) { jobs { id } } }',
    );
    const response = await fetch(`${gateway.url}/graphql?query=${query}`);
    expect(response.status).toBe(405);
  });

  it('cannot be done by a form of another site', async () => {
    const response = await gateway.post('query=mutation', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(response.status).toBe(415);
  });
});
