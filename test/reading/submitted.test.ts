import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { created, requestOf, STAMP } from '../support/charity-engine-acting.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { testContext } from '../support/upstream-calls.ts';

/** The first page of all jobs. */
const FIRST_PAGE =
  '{ jobs(first: 5) { nodes { id name provider { key } status { state } labels { key value } } } }';

interface Shown {
  readonly name: string;
  readonly provider: { readonly key: string };
  readonly status: { readonly state: string };
}

describe('a job that was submitted to a provider that lists none', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ sandbox: { arrivalMs: 0, nodeUpMs: 0 } });
  });
  afterAll(() => gateway.close());

  async function firstPage(): Promise<readonly Shown[]> {
    const response = await gateway.post(JSON.stringify({ query: FIRST_PAGE }));
    return ((await response.json()) as { data: { jobs: { nodes: Shown[] } } }).data.jobs.nodes;
  }

  it('is on the first page at once, and can be cancelled', async () => {
    expect((await firstPage()).map(({ name }) => name)).not.toContain('just-now');
    const { acting } = gateway.providers.get('charity-engine')!.adapter;
    const request = requestOf({ name: 'just-now', labels: [{ key: 'team', value: 'nlp' }] });
    const { records } = created(await acting!.submit(request, STAMP, testContext()));
    const [first] = await firstPage();
    expect(first).toMatchObject({
      name: 'just-now',
      provider: { key: 'charity-engine' },
      labels: [{ key: 'team', value: 'nlp' }],
    });
    const answers = await acting!.act('CANCEL', [{ record: records[0]!, reason: null }], testContext());
    expect([...answers.values()]).toEqual([{ outcome: 'DONE', state: 'CANCELLING' }]);
  });
});
