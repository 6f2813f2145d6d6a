import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import * as hostile from '../../test/hostile/documents.ts';
import type { Attack, Refusal, Target } from './attack.ts';

/** One connection, kept for as long as the gateway keeps it. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ACCEPT = 'application/graphql-response+json';

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export function exchange({ url, key }: Target, sent: Sent): Promise<Refusal> {
  const { method = 'POST', path = '/graphql', body = '' } = sent;
  const headers = {
    'content-type': 'application/json',
    accept: ACCEPT,
    authorization: `Bearer ${key}`,
    ...sent.headers,
    ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}),
  };
  return new Promise((resolve) => {
    const bytes = Buffer.byteLength(body) + Buffer.byteLength(JSON.stringify(headers)) + path.length;
    const asking = request(`${url}${path}`, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => {});
      response.once('close', () => {
        const closed = response.headers.connection === 'close' || !response.complete;
        const code = codeIn(Buffer.concat(chunks).toString());
        resolve({ answer: `${String(response.statusCode ?? 0)} ${code}`.trim(), closed, bytes });
      });
    });
    // After an answer it says nothing new.
    asking.on('error', (error: NodeJS.ErrnoException) => resolve({ answer: error.code ?? 'reset', closed: true, bytes })); // prettier-ignore
    asking.end(body);
  });
}

/** The first code in an answer; what answers is the gateway of this repository. */
function codeIn(text: string): string {
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1];
  return code ?? (text.includes('"data"') ? `answered, ${(text.length / 1_000).toFixed(0)} kB` : '');
}

const asQuery = (document: string): string => JSON.stringify({ query: document });

function posting(name: string, body: () => string, perSecond = 20): Attack {
  return { name, perSecond, strike: (target) => exchange(target, { body: body() }) };
}

function document(name: string, make: () => string, perSecond?: number): Attack {
  return posting(name, () => asQuery(make()), perSecond);
}

const LOOKS_HARMLESS = '{"query":"{ __typename }"}';

/** For comparison: what anybody may ask, just as often. */
export const HARMLESS: readonly Attack[] = [
  {
    name: 'harmless: the smallest query',
    perSecond: 50,
    strike: (target) => exchange(target, { body: LOOKS_HARMLESS }),
  },
];

export const DOCUMENTS: readonly Attack[] = [
  document('alias bomb, 50,000', hostile.aliasBomb),
  document('aliases, all tokens used', hostile.aliasesWithinTokens),
  document('fragment cycle', hostile.fragmentCycle),
  document('fragment cycle of 600', hostile.longFragmentCycle),
  document('fragments to 2^30 fields', hostile.billionLaughs),
  document('10,000 levels of fields', hostile.deepSelection),
  document('10,000 levels of inline fragments', hostile.deepInlineFragments),
  document('10,000 levels of lists', hostile.deepListLiteral),
  document('10,000 levels of input objects', hostile.deepObjectLiteral),
  document('10,000 levels of list types', hostile.deepType),
  document('1 MB of valid tokens', hostile.validTokens),
  document('1 MB in one string', hostile.giantString),
  document('1 MB in one block string', hostile.giantBlockString),
  document('1 MB in one comment', hostile.giantComment),
  document('1 MB of empty comments', hostile.manyComments),
  document('1 MB in one name', hostile.giantName),
  document('100,000 directives', hostile.directiveFlood),
  document('a field 1,900 times', hostile.repeatedFields),
  document('a list 380 times', hostile.repeatedFieldsWithArguments),
  document('480 fragments side by side', hostile.manyFragments),
  document('300 operations × 300 fragments', hostile.manyOperations),
  document('1,100 misspelt types', hostile.misspeltTypes),
  document('introspection, recursive', hostile.introspectionRecursion),
  document('introspection × 20', hostile.introspectionTimesTwenty),
  document('documents never seen before', hostile.neverSeenBefore, 50),
  document('the same, large', hostile.neverSeenBeforeLarge, 50),
];

export const BODIES: readonly Attack[] = [
  posting('1,000 operations in a batch', hostile.batch),
  posting('60,000 variables', hostile.hugeVariables),
  posting('10,000 levels of variables', hostile.deepVariables),
  posting('400,000 levels of JSON lists', hostile.deepJsonLists),
  posting('100,000 ids', hostile.manyIds),
  posting('60,000 shapes of objects', hostile.manyShapes),
  posting('a cursor of 0.8 MB', hostile.giantCursor),
  posting('a body of 2 MB', () => asQuery('x'.repeat(2_000_000))),
  {
    name: 'gzip of 100 MB',
    perSecond: 20,
    strike: (target) => exchange(target, { body: BOMB, headers: { 'content-encoding': 'gzip' } }),
  },
];

const BOMB = gzipSync(Buffer.alloc(100_000_000, ' '));

export const HEADERS: readonly Attack[] = [
  {
    name: 'a cookie of 60 kB',
    perSecond: 50,
    strike: (target) =>
      exchange(target, { body: LOOKS_HARMLESS, headers: { cookie: `a=${'x'.repeat(60_000)}` } }),
  },
  {
    name: '1,900 headers',
    perSecond: 50,
    strike: (target) =>
      exchange(target, {
        body: LOOKS_HARMLESS,
        headers: Object.fromEntries(Array.from({ length: 1_900 }, (_, i) => [`a${i.toString(36)}`, '1'])),
      }),
  },
  {
    name: 'a query of 15 kB in the URL',
    perSecond: 50,
    strike: (target) => exchange(target, { method: 'GET', path: `/graphql?query=${'%7B'.repeat(5_000)}` }),
  },
  {
    name: 'Last-Event-ID of 8 kB',
    perSecond: 50,
    strike: (target) =>
      exchange(target, {
        body: '{"query":"subscription { jobEvents { __typename } }"}',
        headers: {
          accept: 'text/event-stream',
          'last-event-id': Buffer.alloc(6_000, '[').toString('base64url'),
        },
      }),
  },
];

let tried = 0;
const wrong = (): string => `gw_nobody${String(tried++)}_${'A'.repeat(43)}`;

export const KEYS: readonly Attack[] = [
  {
    name: 'wrong keys, each another',
    perSecond: 50,
    strike: (target) => exchange({ ...target, key: wrong() }, { body: LOOKS_HARMLESS }),
  },
  {
    name: 'the same wrong key',
    perSecond: 50,
    strike: (target) => exchange({ ...target, key: `gw_nobody_${'A'.repeat(43)}` }, { body: LOOKS_HARMLESS }),
  },
  {
    name: 'a stranger’s 1 MB',
    perSecond: 50,
    strike: (target) => exchange({ ...target, key: 'nothing' }, { body: asQuery(hostile.giantComment()) }),
  },
];
