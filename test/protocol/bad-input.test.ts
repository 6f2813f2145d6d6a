import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, type NativeKey, type ProviderKey } from '../../src/model/ids.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly field?: string };
  }[];
}

const INFO = 30;

describe('bad input is refused with a typed error, and the process lives', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(async () => {
    const { data } = await ask('{ __typename }');
    expect(data).toEqual({ __typename: 'Query' });
    expect(gateway.logLines.filter((line) => line.level > INFO)).toEqual([]);
    await gateway.close();
  });

  async function ask(query: string, variables?: unknown): Promise<Answer> {
    const response = await gateway.post(JSON.stringify({ query, variables }));
    return (await response.json()) as Answer;
  }

  const jobs = (args: string) => `{ jobs(${args}) { nodes { id } pageInfo { endCursor } } }`;
  const job = encodeId(
    'job',
    'bacalhau' as ProviderKey,
    'j-00000000-0000-4000-8000-000000000000' as NativeKey,
  );
  const task = encodeId('task', 'bacalhau' as ProviderKey, 'j-1/0' as NativeKey);
  const stranger = encodeId('job', 'elsewhere' as ProviderKey, 'j-1' as NativeKey);

  it.each([
    ['an unknown id', `{ job(id: "${job}") { id } }`, 'NOT_FOUND'],
    ['an id of an unknown provider', `{ node(id: "${stranger}") { id } }`, 'NOT_FOUND'],
    ['an id that is none', '{ node(id: "garbage") { id } }', 'NOT_FOUND'],
    ['an empty id', '{ job(id: "") { id } }', 'NOT_FOUND'],
    ['an id of another type', `{ job(id: "${task}") { id } }`, 'INVALID_ARGUMENT'],
    ['a garbage cursor', jobs('after: "garbage"'), 'INVALID_CURSOR'],
    ['an empty cursor', jobs('after: ""'), 'INVALID_CURSOR'],
    ['first: 0', jobs('first: 0'), 'INVALID_ARGUMENT'],
    ['a negative first', jobs('first: -1'), 'INVALID_ARGUMENT'],
    ['first: 100001', jobs('first: 100001'), 'INVALID_ARGUMENT'],
    ['a first beyond 32 bits', jobs('first: 99999999999'), 'GRAPHQL_VALIDATION_FAILED'],
    ['a provider that is not configured', jobs('filter: { providers: ["nowhere"] }'), 'INVALID_ARGUMENT'],
    ['a project id that is none', jobs('filter: { projects: ["x"] }'), 'NOT_FOUND'],
    ['a job id as project', jobs(`filter: { projects: ["${job}"] }`), 'INVALID_ARGUMENT'],
    [
      'an empty time range',
      jobs('filter: { createdFrom: "2026-01-02T00:00:00Z", createdBefore: "2026-01-01T00:00:00Z" }'),
      'INVALID_ARGUMENT',
    ],
    ['a filter member that does not exist', jobs('filter: { colour: "red" }'), 'GRAPHQL_VALIDATION_FAILED'],
    ['a state that does not exist', jobs('filter: { states: [HAPPY] }'), 'GRAPHQL_VALIDATION_FAILED'],
    ['a time that is none', jobs('filter: { createdFrom: "yesterday" }'), 'GRAPHQL_VALIDATION_FAILED'],
    ['a field that does not exist', '{ jobz { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a document that is not GraphQL', '{ jobs(', 'GRAPHQL_PARSE_FAILED'],
    ['an empty document', '', 'GRAPHQL_PARSE_FAILED'],
  ])('%s', async (_name, query, code) => {
    const { errors } = await ask(query);
    expect(errors?.map((error) => error.extensions?.code)).toEqual([code]);
    expect(errors?.[0]?.message).not.toMatch(/undefined|\[object|Something went wrong/i);
  });

  it('a cursor of another query', async () => {
    const { data } = await ask(jobs('first: 1'));
    const { endCursor } = (data!['jobs'] as { pageInfo: { endCursor: string } }).pageInfo;
    const { errors } = await ask(jobs(`first: 1, after: "${endCursor}", filter: { states: [FAILED] }`));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_CURSOR', field: 'after' });
    const other = await ask(`{ computeNodes(first: 1, after: "${endCursor}") { nodes { id } } }`);
    expect(other.errors?.[0]?.extensions?.code).toBe('INVALID_CURSOR');
  });

  it('a cursor with a damaged position inside', async () => {
    const { data } = await ask(jobs('first: 1'));
    const { endCursor } = (data!['jobs'] as { pageInfo: { endCursor: string } }).pageInfo;
    const [version, fingerprint] = JSON.parse(Buffer.from(endCursor, 'base64url').toString()) as [
      number,
      string,
    ];
    for (const position of ['x', '[]', '{}', '[1]', '["1","2","3"]', '[1e400,"x"]', 'null', '"\\u0000"']) {
      for (const provider of ['bacalhau', 'qarnot']) {
        const forged = Buffer.from(
          JSON.stringify([version, fingerprint, [[provider, position, 0]]]),
        ).toString('base64url');
        const { errors } = await ask(jobs(`first: 1, after: "${forged}"`));
        expect([provider, position, errors?.[0]?.extensions?.code]).toEqual([
          provider,
          position,
          'INVALID_CURSOR',
        ]);
      }
    }
  });

  it('a variable that does not fit', async () => {
    const { errors } = await ask('query ($n: Int!) { jobs(first: $n) { nodes { id } } }', { n: 'many' });
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('101 ids at once', async () => {
    const { errors } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array(101).fill(job),
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'ids' });
  });

  it('answers every id of nodes on its own', async () => {
    const { data, errors } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: [job, 'garbage'],
    });
    expect(data).toEqual({ nodes: [null, null] });
    expect(errors?.map((error) => error.extensions?.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  it.each([
    ['malformed JSON', '{"query": ', {}, 400, 'BAD_REQUEST'],
    ['JSON that is no object', '7', {}, 400, 'BAD_REQUEST'],
    ['a list of no objects', '[1,2]', {}, 400, 'BATCH_LIMIT'],
    ['JSON null', 'null', {}, 400, 'BAD_REQUEST'],
    ['no query', '{}', {}, 400, 'BAD_REQUEST'],
    ['a query that is a number', '{"query": 7}', {}, 400, 'BAD_REQUEST'],
    ['variables that are a list', '{"query": "{ __typename }", "variables": []}', {}, 400, 'BAD_REQUEST'],
    ['a batch', '[{"query":"{ __typename }"}]', {}, 400, 'BATCH_LIMIT'],
    ['a body that is too large', `{"query":"${' '.repeat(2_000_000)}"}`, {}, 413, 'PAYLOAD_TOO_LARGE'],
    ['a body of 30 MB', `{"query":"${'x'.repeat(30_000_000)}"}`, {}, 413, 'PAYLOAD_TOO_LARGE'],
    [
      'a wrong content type',
      '{"query":"{ __typename }"}',
      { 'content-type': 'text/plain' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a content type that is none',
      '{"query":"{ __typename }"}',
      { 'content-type': ';;' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  ])('%s', async (_name, body, headers: Record<string, string>, status, code) => {
    const response = await gateway.post(body, { accept: 'application/graphql-response+json', ...headers });
    const answer = (await response.json()) as Answer;
    expect([response.status, answer.errors?.[0]?.extensions?.code]).toEqual([status, code]);
  });

  it('an unknown path, with where to go', async () => {
    const response = await fetch(`${gateway.url}/grapql`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/graphql');
  });
});
