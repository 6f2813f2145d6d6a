import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import * as hostile from './documents.ts';

const INFO = 30;
const asQuery = (document: string): string => JSON.stringify({ query: document });

describe('hostile requests are refused for what they are', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });

  afterEach(async () => {
    const response = await gateway.post('{"query":"{ providers { key } }"}');
    expect(await response.json()).toMatchObject({ data: { providers: [{}, {}, {}, {}] } });
  });

  afterAll(async () => {
    // None of it is a fault of the gateway.
    expect(gateway.logLines.filter((line) => line.level > INFO)).toEqual([]);
    expect(Object.values(gateway.live.stats)).toEqual(Object.values(gateway.live.stats).map(() => 0));
    await gateway.close();
  });

  /** Status and codes of the answer. */
  async function answerTo(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<unknown[]> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json',
        'content-type': 'application/json',
        ...headers,
      },
      body,
    });
    const text = await response.text();
    // What is refused is not sent back.
    expect(text.length).toBeLessThan(20_000);
    const { errors = [] } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
    return [response.status, ...new Set(errors.map(({ extensions }) => extensions.code))];
  }

  it.each([
    ['50,000 aliases', hostile.aliasBomb, 'OPERATION_TOO_LARGE'],
    ['as many aliases as there may be words', hostile.aliasesWithinTokens, 'OPERATION_TOO_LARGE'],
    ['a circle of fragments', hostile.fragmentCycle, 'GRAPHQL_VALIDATION_FAILED'],
    ['a circle of 600 fragments', hostile.longFragmentCycle, 'OPERATION_TOO_LARGE'],
    ['fragments that come to 2^30 fields', hostile.billionLaughs, 'OPERATION_TOO_LARGE'],
    ['10,000 levels of fields', hostile.deepSelection, 'OPERATION_TOO_LARGE'],
    ['10,000 levels of inline fragments', hostile.deepInlineFragments, 'OPERATION_TOO_LARGE'],
    ['10,000 levels of lists', hostile.deepListLiteral, 'OPERATION_TOO_LARGE'],
    ['10,000 levels of objects', hostile.deepObjectLiteral, 'OPERATION_TOO_LARGE'],
    ['10,000 levels of types', hostile.deepType, 'OPERATION_TOO_LARGE'],
    ['30 levels of fields', () => hostile.deepSelection(30), 'OPERATION_TOO_LARGE'],
    ['100 levels of inline fragments', () => hostile.deepInlineFragments(100), null],
    ['120 levels of lists', () => hostile.deepListLiteral(120), 'GRAPHQL_VALIDATION_FAILED'],
    ['120 levels of objects', () => hostile.deepObjectLiteral(120), 'GRAPHQL_VALIDATION_FAILED'],
    ['120 levels of types', () => hostile.deepType(120), 'GRAPHQL_VALIDATION_FAILED'],
    ['1 MB of valid tokens', hostile.validTokens, 'OPERATION_TOO_LARGE'],
    ['1 MB in one string', hostile.giantString, 'OPERATION_TOO_LARGE'],
    ['1 MB in one block string', hostile.giantBlockString, 'OPERATION_TOO_LARGE'],
    ['1 MB in one comment', hostile.giantComment, 'OPERATION_TOO_LARGE'],
    ['1 MB of empty comments', hostile.manyComments, 'OPERATION_TOO_LARGE'],
    ['1 MB of commas', hostile.commas, 'OPERATION_TOO_LARGE'],
    ['1 MB in one name', hostile.giantName, 'OPERATION_TOO_LARGE'],
    ['1 MB in one number', hostile.giantNumber, 'OPERATION_TOO_LARGE'],
    ['100,000 directives', hostile.directiveFlood, 'OPERATION_TOO_LARGE'],
    ['2,400 directives', hostile.directivesWithinTokens, 'OPERATION_TOO_LARGE'],
    ['a field 1,900 times', hostile.repeatedFields, 'OPERATION_TOO_LARGE'],
    ['a list 380 times', hostile.repeatedFieldsWithArguments, 'OPERATION_TOO_LARGE'],
    ['480 fragments side by side', hostile.manyFragments, 'OPERATION_TOO_LARGE'],
    ['300 operations over 300 fragments', hostile.manyOperations, 'BAD_REQUEST'],
    ['1,600 misspelt fields', hostile.misspeltNames, 'GRAPHQL_VALIDATION_FAILED'],
    ['1,100 misspelt types', hostile.misspeltTypes, 'GRAPHQL_VALIDATION_FAILED'],
    ['types of fields of types', hostile.introspectionRecursion, 'OPERATION_TOO_LARGE'],
    ['the schema twenty times', hostile.introspectionTimesTwenty, 'COST_LIMIT'],
  ])('%s', async (_name, document, code) => {
    const refused = code === null ? [200] : [400, code];
    expect(await answerTo(asQuery(document()))).toEqual(refused);
  });

  it.each([
    ['1,000 operations in a batch', hostile.batch, 400, 'BATCH_LIMIT'],
    ['60,000 variables', hostile.hugeVariables, 413, 'PAYLOAD_TOO_LARGE'],
    ['10,000 levels of variables', hostile.deepVariables, 413, 'PAYLOAD_TOO_LARGE'],
    ['100 levels of variables', () => hostile.deepVariables(100), 400, 'BAD_USER_INPUT'],
    ['400,000 levels of lists', hostile.deepJsonLists, 413, 'PAYLOAD_TOO_LARGE'],
    ['100,000 ids', hostile.manyIds, 413, 'PAYLOAD_TOO_LARGE'],
    ['100,000 wrong values', hostile.manyWrongValues, 413, 'PAYLOAD_TOO_LARGE'],
    ['60,000 shapes of objects', hostile.manyShapes, 413, 'PAYLOAD_TOO_LARGE'],
    ['150,000 members of one name', hostile.duplicateKeys, 413, 'PAYLOAD_TOO_LARGE'],
    ['a cursor of 0.8 MB', hostile.giantCursor, 200, 'INVALID_CURSOR'],
    ['2 MB', () => asQuery('x'.repeat(2_000_000)), 413, 'PAYLOAD_TOO_LARGE'],
    ['brackets that never close', () => '['.repeat(500_000), 413, 'PAYLOAD_TOO_LARGE'],
  ])('a body with %s', async (_name, body, status, code) => {
    expect(await answerTo(body())).toEqual([status, code]);
  });

  it('gzip, which is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
    expect(await answerTo(new Uint8Array(bomb), { 'content-encoding': 'gzip' })).toEqual([
      400,
      'BAD_REQUEST',
    ]);
  });

  it('a subscription that resumes at a place that never was', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'last-event-id': Buffer.alloc(6_000, '[').toString('base64url'),
      },
      body: '{"query":"subscription { jobEvents { __typename } }"}',
    });
    const answer = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, answer.errors[0]?.extensions.code]).toEqual([400, 'INVALID_CURSOR']);
  });

  it.each([
    ['a cookie of 60 kB', { cookie: `a=${'x'.repeat(60_000)}` }],
    [
      '1,900 headers',
      Object.fromEntries(Array.from({ length: 1_900 }, (_, i) => [`header-${String(i)}`, '1'])),
    ],
  ])('%s', async (_name, headers: Record<string, string>) => {
    const response = await fetch(`${gateway.url}/graphql`, { headers });
    expect(response.status).toBe(431);
  });

  it('200 documents that were never seen before are answered one by one', async () => {
    for (let i = 0; i < 4; i++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => answerTo(asQuery(hostile.neverSeenBefore()))),
      );
      expect(new Set(answers.map(String))).toEqual(new Set(['200']));
    }
  });
});
