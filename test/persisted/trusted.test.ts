import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/problem.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import {
  automatic,
  CANCEL,
  hashOf,
  idOf,
  JOBS,
  KEYS,
  manifestOf,
  OTHER,
  outcome,
  startPersisted,
  WATCH,
  type Answer,
  type PersistedGateway,
} from './rig.ts';

const MODERN = { accept: 'application/graphql-response+json' };
const ONLY = { mode: 'only', manifests: ['documents.json'] };

describe('mode only', () => {
  let gateway: PersistedGateway;
  beforeAll(async () => {
    gateway = await startPersisted(ONLY, [KEYS, JOBS, WATCH, CANCEL], { limits: { maxBatch: 3 } });
  });
  afterAll(async () => {
    expect(gateway.trouble).toEqual([]);
    await gateway.close();
  });

  it('runs a trusted document by its id, however that is spelled and sent', async () => {
    const ask = [
      gateway.post({ documentId: idOf(KEYS) }),
      gateway.post({ documentId: hashOf(KEYS) }),
      gateway.post({ extensions: automatic(KEYS) }),
      gateway.post({ documentId: idOf(KEYS), extensions: automatic(KEYS), query: '' }),
      gateway.get({ documentId: idOf(KEYS) }),
      gateway.get({ extensions: JSON.stringify(automatic(KEYS)) }),
      // To the letter, it is the same document.
      gateway.post({ query: KEYS }),
      gateway.post({ query: KEYS, documentId: idOf(KEYS) }),
      gateway.get({ query: KEYS }),
      gateway.post(KEYS, { 'content-type': 'application/graphql' }),
    ];
    const answers = await Promise.all(ask);
    const keys = ['bacalhau', 'qarnot', 'runai', 'charity-engine'].map((key) => ({ key }));
    expect(answers.map(({ data, errors }) => ({ data, errors }))).toEqual(
      answers.map(() => ({ data: { providers: keys }, errors: undefined })),
    );
  });

  it('takes variables and the name of the operation with an id', async () => {
    const { data } = await gateway.post({ documentId: idOf(JOBS), variables: { first: 3 }, operationName: 'Jobs' }); // prettier-ignore
    expect((data as { jobs: { nodes: unknown[] } }).jobs.nodes).toHaveLength(3);
    expect(outcome(await gateway.post({ documentId: idOf(JOBS), variables: { first: 'x' } }))).toBe('BAD_USER_INPUT'); // prettier-ignore
  });

  it('refuses every other document, and cannot be taught one', async () => {
    const refused = [
      { query: OTHER },
      { query: OTHER, extensions: automatic(OTHER) },
      { query: OTHER, documentId: idOf(OTHER) },
      { query: `${KEYS} ` },
      { query: '{ __schema { queryType { name } } }' },
      { documentId: idOf(OTHER) },
      { extensions: automatic(OTHER) },
      {},
    ];
    for (const body of refused) {
      const answer = await gateway.post(body, MODERN);
      expect([body, outcome(answer), answer.status]).toEqual([body, 'OPERATION_NOT_TRUSTED', 403]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(outcome(await gateway.get({ query: OTHER }))).toBe('OPERATION_NOT_TRUSTED');
    const mismatched = { query: OTHER, documentId: idOf(KEYS) };
    expect(outcome(await gateway.post(mismatched))).toBe('PERSISTED_QUERY_MISMATCH');
  });

  it('judges each operation of a batch', async () => {
    const batch = [
      { documentId: idOf(KEYS) },
      { query: OTHER },
      { query: KEYS, extensions: automatic(KEYS) },
    ];
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(batch),
    });
    const answers = (await response.json()) as Answer[];
    expect(answers.map(outcome)).toEqual(['OK', 'OPERATION_NOT_TRUSTED', 'OK']);
  });

  it('refuses a trusted mutation by GET, as any other', async () => {
    const answer = await gateway.get({ documentId: idOf(CANCEL), variables: '{"id":"x"}' });
    expect([outcome(answer), answer.status]).toEqual(['BAD_REQUEST', 405]);
  });

  it('refuses pages of other sites, as without an id', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    expect(outcome(await gateway.get({ documentId: idOf(KEYS) }, headers))).toBe('CROSS_SITE');
  });

  it('does not serve GraphiQL, and tells a browser why', async () => {
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html,*/*' } });
    expect(response.headers.get('content-type')).toContain('json');
    expect(await response.text()).toContain('the documents of its manifests only: send the \\"documentId\\"');
  });

  it('is the same over event streams', async () => {
    const stream = await fetch(`${gateway.url}/graphql?documentId=${idOf(WATCH)}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/event-stream')]); // prettier-ignore
    const first = await stream.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value as Uint8Array)).toContain('JobSnapshot');
    await stream.body?.cancel().catch(() => {});
    const other = new SseClient(gateway.url, { query: `${WATCH} `, method: 'POST' });
    expect(await other.begun()).toBe(403);
    await until(() => other.ended, 'the answer to end');
    expect(other.text).toContain('OPERATION_NOT_TRUSTED');
  });

  it('is the same over WebSockets', async () => {
    const client = await WsClient.open(gateway.url);
    const subscribe = (id: string, payload: object): void => client.send({ id, type: 'subscribe', payload });
    subscribe('id', { documentId: idOf(WATCH) });
    subscribe('apq', { query: '', extensions: automatic(WATCH) });
    subscribe('bare', { extensions: automatic(KEYS) });
    subscribe('text', { query: KEYS });
    subscribe('other', { query: OTHER });
    subscribe('unknown', { documentId: idOf(OTHER) });
    subscribe('learn', { query: OTHER, extensions: automatic(OTHER) });
    subscribe('mismatch', { query: OTHER, extensions: automatic(KEYS) });
    subscribe('wrong', { documentId: 1 });
    const codeOf = async (id: string): Promise<string> => {
      const { payload } = await client.received((message) => message.id === id && message.type === 'error');
      return (payload as { extensions: { code: string } }[])[0]?.extensions.code ?? '';
    };
    for (const id of ['id', 'apq']) await until(() => client.nexts(id).length > 0, `a message for ${id}`);
    for (const id of ['bare', 'text']) {
      await until(() => client.nexts(id).length > 0, `an answer to ${id}`);
      expect(client.nexts(id)).toEqual([{ providers: expect.any(Array) as unknown }]);
    }
    expect(await Promise.all(['other', 'unknown', 'learn'].map(codeOf))).toEqual(Array(3).fill('OPERATION_NOT_TRUSTED')); // prettier-ignore
    expect([await codeOf('mismatch'), await codeOf('wrong')]).toEqual(['PERSISTED_QUERY_MISMATCH', 'BAD_REQUEST']); // prettier-ignore
    expect(client.closed).toBeNull();
    client.ws.terminate();
  });

  it('says with its metrics how many were refused', async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(
      /gridweave_graphql_operations_total\{[^}]*outcome="OPERATION_NOT_TRUSTED"[^}]*\} \d+/,
    );
  });
});

describe('another manifest while the gateway runs', () => {
  it('is taken over by a reload, with its mode; one that is wrong is refused and changes nothing', async () => {
    const gateway = await startPersisted(ONLY, [KEYS]);
    try {
      const { running } = gateway;
      const watch = await WsClient.open(gateway.url);
      await gateway.write(manifestOf(JOBS, WATCH));
      expect(await running.reload(gateway.read(ONLY))).toMatchObject({ restartNeeded: [] });
      expect(outcome(await gateway.post({ documentId: idOf(JOBS) }))).toBe('OK');
      expect(outcome(await gateway.post({ query: KEYS }))).toBe('OPERATION_NOT_TRUSTED');
      // Begun under this manifest, it is not ended by the next.
      watch.send({ id: 'w', type: 'subscribe', payload: { documentId: idOf(WATCH) } });
      await until(() => watch.nexts('w').length > 0, 'the first message');

      await gateway.write(manifestOf(KEYS, 'query Old { jobs { nodes { colour } } }'));
      const wrong = gateway.read(ONLY);
      const refused = await running.reload(wrong).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ConfigError);
      expect(String(refused)).toMatch(
        /operations\.manifests\[0\][^]*documents\.json cannot be run: Cannot query field "colour" on type "Job"/,
      );
      expect(outcome(await gateway.post({ documentId: idOf(JOBS) }))).toBe('OK');
      expect(outcome(await gateway.post({ documentId: idOf(KEYS) }))).toBe('OPERATION_NOT_TRUSTED');

      await gateway.write(manifestOf(KEYS));
      await running.reload(gateway.read({ mode: 'any', manifests: ['documents.json'] }));
      expect(outcome(await gateway.post({ query: OTHER }))).toBe('OK');
      // What was parsed under the other mode is refused all the same.
      await running.reload(gateway.read(ONLY));
      expect(outcome(await gateway.post({ query: OTHER }))).toBe('OPERATION_NOT_TRUSTED');
      expect([watch.closed, watch.messages.some(({ type }) => type === 'error')]).toEqual([null, false]);
      watch.ws.terminate();
    } finally {
      await gateway.close();
    }
  });

  it('keeps the gateway from starting when a document in it cannot be run', async () => {
    const error: unknown = await startPersisted(ONLY, ['fragment F on Job { id }']).catch((reason: unknown) => reason); // prettier-ignore
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain('It has no operation');
  });
});
