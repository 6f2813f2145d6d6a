import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { automatic, hashOf, idOf, JOBS, KEYS, OTHER, outcome, startPersisted, WATCH, type PersistedGateway } from './rig.ts'; // prettier-ignore

const MODERN = { accept: 'application/graphql-response+json' };

describe('automatic persisted queries', () => {
  let gateway: PersistedGateway;
  beforeAll(async () => {
    const apq = { maxDocuments: 10, maxBytes: 65_536 };
    gateway = await startPersisted({ manifests: ['documents.json'], apq }, [JOBS]);
  });
  afterAll(async () => {
    expect(gateway.trouble).toEqual([]);
    await gateway.close();
  });

  it('are asked for by hash, sent whole once, and known from then on, by POST and by GET', async () => {
    const missed = await gateway.post({ extensions: automatic(KEYS) });
    // What clients look for, to the letter.
    expect(missed.errors).toEqual([{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }]); // prettier-ignore
    expect([missed.status, missed.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect((await gateway.post({ extensions: automatic(KEYS) }, MODERN)).status).toBe(404);
    expect(outcome(await gateway.post({ query: KEYS, extensions: automatic(KEYS) }))).toBe('OK');
    expect(outcome(await gateway.post({ extensions: automatic(KEYS) }))).toBe('OK');
    expect(outcome(await gateway.get({ extensions: JSON.stringify(automatic(KEYS)) }))).toBe('OK');
    expect(outcome(await gateway.post({ documentId: idOf(KEYS) }))).toBe('OK');
    // What a manifest holds need not be registered.
    expect(outcome(await gateway.post({ extensions: automatic(JOBS) }))).toBe('OK');
    expect(outcome(await gateway.get({ query: OTHER, extensions: JSON.stringify(automatic(OTHER)) }))).toBe('OK'); // prettier-ignore
    expect(outcome(await gateway.post({ extensions: automatic(OTHER) }))).toBe('OK');
  });

  it('work over WebSockets, and are the same there', async () => {
    const client = await WsClient.open(gateway.url);
    const subscribe = (id: string, payload: object): void => client.send({ id, type: 'subscribe', payload });
    subscribe('miss', { query: '', extensions: automatic(WATCH) });
    const { payload } = await client.received(({ id, type }) => id === 'miss' && type === 'error');
    expect(payload).toMatchObject([{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }]); // prettier-ignore
    subscribe('whole', { query: WATCH, extensions: automatic(WATCH) });
    await until(() => client.nexts('whole').length > 0, 'the whole document to be run');
    subscribe('hash', { query: '', extensions: automatic(WATCH) });
    await until(() => client.nexts('hash').length > 0, 'the document to be known');
    client.ws.terminate();
    const stream = new AbortController();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ extensions: automatic(WATCH) }),
      signal: stream.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    stream.abort();
  });

  it('refuses a document that is not the one of its hash, and remembers neither', async () => {
    const body = { query: '{ a: __typename }', extensions: automatic('{ b: __typename }') };
    expect(outcome(await gateway.post(body))).toBe('PERSISTED_QUERY_MISMATCH');
    for (const text of ['{ a: __typename }', '{ b: __typename }']) {
      expect(outcome(await gateway.post({ extensions: automatic(text) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
    // Nor under the name of one that is known.
    expect(outcome(await gateway.post({ query: '{ a: __typename }', extensions: automatic(JOBS) }))).toBe('PERSISTED_QUERY_MISMATCH'); // prettier-ignore
  });

  it('remembers no document that is not valid', async () => {
    for (const text of ['{ nothing }', '{ providers {', 'fragment F on Job { id }']) {
      expect(outcome(await gateway.post({ query: text, extensions: automatic(text) }))).not.toBe('OK');
      expect(outcome(await gateway.post({ extensions: automatic(text) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
  });

  it('forgets the oldest when there are too many', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `{ a${String(i)}: __typename }`);
    for (const text of texts) expect(outcome(await gateway.post({ query: text, extensions: automatic(text) }))).toBe('OK'); // prettier-ignore
    const known = await Promise.all(texts.map((text) => gateway.post({ extensions: automatic(text) })));
    expect(known.map(outcome)).toEqual([
      ...Array<string>(2).fill('PERSISTED_QUERY_NOT_FOUND'),
      ...Array<string>(10).fill('OK'),
    ]);
  });

  it('runs a large document and does not remember it', async () => {
    const text = `# ${'x'.repeat(3_000)}\n${OTHER}`;
    expect(outcome(await gateway.post({ query: text, extensions: automatic(text) }))).toBe('OK');
    expect(outcome(await gateway.post({ extensions: automatic(text) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it.each<[string, object, string]>([
    ['an id of a megabyte', { documentId: 'a'.repeat(1_000_000) }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['a hash of a megabyte', { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(1_000_000) } } }, 'PERSISTED_QUERY_NOT_FOUND'], // prettier-ignore
    ['a long hash with a document', { query: KEYS, extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(KEYS).repeat(9) } } }, 'PERSISTED_QUERY_MISMATCH'], // prettier-ignore
    ['a hash in capitals', { documentId: hashOf(JOBS).toUpperCase() }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['a hash with a line break', { documentId: `${hashOf(JOBS)}\n` }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['an empty id', { documentId: '' }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['the id __proto__', { documentId: '__proto__' }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['the id constructor', { documentId: 'constructor' }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['the hash toString', { extensions: { persistedQuery: { version: 1, sha256Hash: 'toString' } } }, 'PERSISTED_QUERY_NOT_FOUND'], // prettier-ignore
    ['an id that is a number', { documentId: 7 }, 'BAD_REQUEST'],
    ['an id that is a list', { documentId: [idOf(JOBS)] }, 'BAD_REQUEST'],
    ['an id that is an object', { documentId: { toString: 'x' } }, 'BAD_REQUEST'],
    ['a persistedQuery that is a text', { query: KEYS, extensions: { persistedQuery: 'x' } }, 'BAD_REQUEST'],
    ['a persistedQuery that is a list', { query: KEYS, extensions: { persistedQuery: [1] } }, 'BAD_REQUEST'],
    ['another version', { query: KEYS, extensions: { persistedQuery: { version: 2, sha256Hash: hashOf(KEYS) } } }, 'BAD_REQUEST'], // prettier-ignore
    ['a version that is a text', { extensions: { persistedQuery: { version: '1', sha256Hash: hashOf(KEYS) } } }, 'BAD_REQUEST'], // prettier-ignore
    ['no hash', { extensions: { persistedQuery: { version: 1 } } }, 'BAD_REQUEST'],
    ['a hash that is an object', { extensions: { persistedQuery: { version: 1, sha256Hash: {} } } }, 'BAD_REQUEST'], // prettier-ignore
    ['extensions that are a text', { query: KEYS, extensions: 'persistedQuery' }, 'BAD_REQUEST'],
    ['extensions that are a list', { query: KEYS, extensions: [] }, 'BAD_REQUEST'],
    ['a query that is a number', { query: 1, extensions: automatic(JOBS) }, 'BAD_REQUEST'],
    ['two ids', { documentId: idOf(KEYS), extensions: automatic(JOBS) }, 'BAD_REQUEST'],
    ['neither a document nor an id', {}, 'BAD_REQUEST'],
  ])('%s is refused, and not repeated', async (_, body, code) => {
    const answer = await gateway.post(body);
    expect(outcome(answer)).toBe(code);
    expect(JSON.stringify(answer.errors).length).toBeLessThan(500);
  });

  it('a name of JavaScript’s own as a parameter names nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const answer = await gateway.post(`{"${name}":{"documentId":"${idOf(JOBS)}","query":"${OTHER}"}}`);
      expect([name, outcome(answer)]).toEqual([name, 'BAD_REQUEST']);
    }
  });

  it('an address whose parameters are no JSON is refused, and is no fault of ours', async () => {
    for (const parameters of [{ extensions: '{' }, { documentId: idOf(JOBS), variables: 'x' }]) {
      expect(outcome(await gateway.get(parameters))).toBe('BAD_REQUEST');
    }
    for (const extensions of ['5', '[]', '"x"', '{"persistedQuery":5}']) {
      expect([extensions, outcome(await gateway.get({ query: KEYS, extensions }))]).toEqual([extensions, 'BAD_REQUEST']); // prettier-ignore
    }
  });

  it('nulls are as good as nothing', async () => {
    const body = { query: KEYS, documentId: null, extensions: { persistedQuery: null } };
    expect(outcome(await gateway.post(body))).toBe('OK');
  });
});

describe('without them', () => {
  it('tells clients in their words not to try again, and runs whole documents', async () => {
    const gateway = await startPersisted({ apq: { enabled: false } });
    try {
      const { errors } = await gateway.post({ extensions: automatic(KEYS) });
      expect(errors).toMatchObject([{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }]); // prettier-ignore
      expect(outcome(await gateway.post({ query: KEYS, extensions: automatic(KEYS) }))).toBe('OK');
      expect(outcome(await gateway.post({ extensions: automatic(KEYS) }))).toBe('PERSISTED_QUERY_NOT_SUPPORTED'); // prettier-ignore
      expect(outcome(await gateway.post({ documentId: idOf(KEYS) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    } finally {
      await gateway.close();
    }
  });
});
