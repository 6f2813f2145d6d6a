import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActEvent } from '../../src/act/act-event.ts';
import { startTestGateway } from '../support/gateway.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until } from '../live-transport/ws-client.ts';
import { ActingClient } from './acting-client.ts';
import { keptData } from './kept-data.ts';
import { ALL, CANARY, neutralSpec } from './specs.ts';
import { STILL } from './start.ts';

/** Nobody but the caller may see it: whoever knows a key can learn what was made with it. */
const KEY = 'key-canary-5d0b6a';
const WITH_ENV = ALL.filter((kind) => kind !== 'charity-engine');

const EVERYTHING = `subscription { jobEvents(start: NOW) {
  __typename
  ... on LiveMessage { cursor }
  ... on JobChange { job { name labels { key value } status { message raw { value detail } } tasks { nodes { command environmentNames labels { key value } } } } }
} }`;

describe('values of env, and idempotency keys', () => {
  const kept = keptData();
  let client: ActingClient;
  let stream: SseClient;
  const told: ActEvent[] = [];
  /** Everything a caller was answered. */
  const answers: unknown[] = [];

  beforeAll(async () => {
    const { directory, auditFile } = kept();
    const gateway = await startTestGateway({
      sandbox: STILL,
      config: { data: { directory }, audit: { file: auditFile }, act: { timeoutMs: 1_500, maxBulk: 100 } },
      upstream: { timeoutMs: 2_000 },
    });
    client = new ActingClient(gateway);
    gateway.services.act.events.listen((event) => told.push(event));
    stream = new SseClient(gateway.url, { query: EVERYTHING, method: 'POST' });
    await stream.begun();
  });
  afterAll(async () => {
    stream.leave();
    await client.gateway.close();
  });

  /** Looks for both wherever they could have been put down. */
  async function expectKept(): Promise<void> {
    const places: [string, string][] = [
      ['answers', JSON.stringify(answers)],
      ['log', JSON.stringify(client.gateway.logLines)],
      ['act events', JSON.stringify(told)],
      ['job events', stream.text + JSON.stringify(stream.events)],
      ...(await kept().texts()),
    ];
    const looked = places.map(([name]) => name).join();
    for (const file of ['intents.jsonl', 'audit.jsonl']) expect(looked).toContain(file);
    const leaks = places.filter(([, text]) => text.includes(CANARY) || text.includes(KEY));
    expect(leaks.map(([name]) => name)).toEqual([]);
  }

  it.each(WITH_ENV)('reach %s, and are seen nowhere else', async (kind) => {
    const spec = neutralSpec({ name: 'secretive', env: [{ name: 'TOKEN', value: CANARY }] });
    const input = await client.inputFor(kind, spec, { idempotencyKey: `${KEY}-${kind}` });
    answers.push(await client.submit({ ...input, dryRun: true }));
    const made = await client.submit(input);
    expect(made).toMatchObject({ outcome: 'CREATED', errors: [] });
    // The control: without it nothing below would prove anything.
    const jobs = [...client.gateway.sandbox.world.site(kind).jobs.values()];
    expect(jobs.filter(({ env }) => Object.values(env).includes(CANARY))).toHaveLength(1);

    answers.push(made, await client.submit(input), await client.reconcile(kind, input.idempotencyKey));
    answers.push(
      await client.submit({ ...input, spec: { ...spec, env: [{ name: 'TOKEN', value: `${CANARY}-2` }] } }),
    );
    const read = await client.job(made.job?.id ?? '');
    expect(read?.tasks.nodes[0]?.environmentNames).toContain('TOKEN');
    answers.push(read, await client.page(10, { filter: { namePrefix: 'secretive' } }));
    answers.push(await client.act('cancelJob', made.job?.id ?? ''));
    await expectKept();
  });

  it.each(WITH_ENV)('do not come back in what %s says when it refuses', async (kind) => {
    const spec = neutralSpec({ name: 'refused', env: [{ name: 'TOKEN', value: CANARY }] });
    const input = await client.inputFor(kind, spec, { idempotencyKey: `${KEY}-refused-${kind}` });
    const echo = JSON.stringify({
      message: `bad request: env TOKEN=${CANARY} of ${JSON.stringify(spec)}`,
      error: `invalid value "${CANARY}"`,
      Message: `cannot use ${CANARY}`,
      code: 'BadRequest',
      details: { [CANARY]: CANARY },
    });
    for (const status of [400, 403, 409, 422, 500]) {
      // Qarnot searches by POST, too: more than one may fall to what is looked up meanwhile.
      const refusal = { kind: 'status', status, body: echo, contentType: 'application/json' } as const;
      client.break(kind, kind === 'bacalhau' ? 'PUT ' : 'POST ', refusal, 4);
      const answer = await client.submit({
        ...input,
        idempotencyKey: `${input.idempotencyKey}-${String(status)}`,
      });
      client.mend(kind);
      expect(answer.outcome).not.toBe('CREATED');
      answers.push(answer);
    }
    client.break(kind, kind === 'bacalhau' ? 'PUT ' : 'POST ', {
      kind: 'garbage',
      body: `${CANARY} is not JSON`,
    });
    answers.push(await client.submit({ ...input, idempotencyKey: `${input.idempotencyKey}-garbage` }));
    client.mend(kind);
    await expectKept();
  });

  it('are not sent to who cannot keep them', async () => {
    const input = await client.inputFor(
      'charity-engine',
      neutralSpec({ env: [{ name: 'TOKEN', value: CANARY }] }),
      {
        idempotencyKey: `${KEY}-ce`,
      },
    );
    client.resetCalls();
    const answer = await client.submit(input);
    expect(answer).toMatchObject({
      outcome: 'REFUSED',
      errors: [{ __typename: 'UnsupportedField', path: ['spec', 'env'] }],
    });
    expect(client.calls('charity-engine')).toEqual([]);
    answers.push(answer);
    await expectKept();
  });

  it('had events to be seen in', async () => {
    await until(() => stream.nexts().some((next) => JSON.stringify(next).includes('secretive')), 'an event');
    await expectKept();
  });
});

describe('secretEnv', () => {
  let client: ActingClient;
  beforeAll(async () => {
    client = new ActingClient(await startTestGateway({ sandbox: STILL }));
  });
  afterAll(() => client.gateway.close());

  it.each(ALL)('is honoured by %s, or refused before anything is sent', async (kind) => {
    const secretEnv = [
      kind === 'bacalhau'
        ? { name: 'PASSWORD', secret: 'DB_PASSWORD' }
        : { name: 'PASSWORD', secret: 'db', key: 'password' },
    ];
    const input = await client.inputFor(kind, neutralSpec({ name: 'with-a-secret', secretEnv }), {
      idempotencyKey: 'with-a-secret',
    });
    client.resetCalls();
    const answer = await client.submit(input);
    if (answer.outcome === 'CREATED') {
      expect(['bacalhau', 'runai']).toContain(kind);
      const read = await client.job(answer.job?.id ?? '');
      expect(read?.tasks.nodes[0]?.environmentNames).toContain('PASSWORD');
    } else {
      expect(answer).toMatchObject({ outcome: 'REFUSED' });
      for (const { __typename, path } of answer.errors) {
        expect([__typename, path?.slice(0, 2)]).toEqual(['UnsupportedField', ['spec', 'secretEnv']]);
      }
      expect(client.calls(kind)).toEqual([]);
    }
  });
});
