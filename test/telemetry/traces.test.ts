import {
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exampleOperations } from '../../src/server/example-operations.ts';
import { startObserved, until, type Observed } from './rig.ts';

/** What an SDK registers: W3C Trace Context, the part that is read. */
const traceContext: TextMapPropagator = {
  inject: () => {},
  fields: () => ['traceparent'],
  extract: <Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context => {
    const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(String(getter.get(carrier, 'traceparent'))) ?? []; // prettier-ignore
    if (traceId === undefined || spanId === undefined) return context;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};

const exporter = new InMemorySpanExporter();
let gateway: Observed;

beforeAll(async () => {
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  propagation.setGlobalPropagator(traceContext);
  gateway = await startObserved();
});

afterEach(() => {
  exporter.reset();
  gateway.healAll();
});

afterAll(async () => {
  await gateway.close(0);
  trace.disable();
  propagation.disable();
});

const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
const childrenOf = (parent: ReadableSpan): ReadableSpan[] =>
  spans().filter((span) => span.parentSpanContext?.spanId === idOf(parent));
const operations = (): ReadableSpan[] => spans().filter(({ kind }) => kind === SpanKind.SERVER);
const calls = (): ReadableSpan[] => spans().filter(({ kind }) => kind === SpanKind.CLIENT);

const JOBS_OF = (provider: string): string =>
  `query Asked { jobs(first: 4, filter: { providers: ["${provider}"], states: [RUNNING, SUCCEEDED, FAILED] }) { nodes { id executions { nodes { id } } tasks { nodes { id } } } } }`;

describe('the spans of an operation', { timeout: 30_000 }, () => {
  it('are the operation, the lists and batches of it, and the calls that those made', async () => {
    await gateway.query(JOBS_OF('bacalhau'), {}, { 'x-request-id': 'my-request' });
    const [operation] = operations();
    expect(operation).toMatchObject({ name: 'query' });
    expect(operation!.attributes).toMatchObject({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Asked',
      'gridweave.request_id': 'my-request',
      'gridweave.upstream.network_calls': calls().length,
    });
    const list = spans().find(({ name }) => name === 'Query.jobs')!;
    expect(list.parentSpanContext?.spanId).toBe(idOf(operation!));
    const [call] = childrenOf(list);
    expect(call).toMatchObject({ kind: SpanKind.CLIENT, name: 'GET /api/v1/orchestrator/jobs' });
    expect(call!.attributes).toMatchObject({
      'http.request.method': 'GET',
      'url.template': '/api/v1/orchestrator/jobs',
      'server.address': '127.0.0.1',
      'http.response.status_code': 200,
      'gridweave.provider': 'bacalhau',
    });
    expect(calls().every((span) => span.spanContext().traceId === operation!.spanContext().traceId)).toBe(
      true,
    );
  });

  it('link a batch to the fields that asked, and count how often they did', async () => {
    await gateway.query(JOBS_OF('bacalhau'));
    const batch = spans().find(({ name }) => name === 'load executionsOfJobs')!;
    expect(batch.attributes['gridweave.batch.fields']).toEqual(['Job.executions']);
    const size = batch.attributes['gridweave.batch.size'];
    expect(size).toBeGreaterThan(1);
    const field = spans().find(({ name }) => name === 'Job.executions')!;
    expect(batch.links.map(({ context }) => context.spanId)).toEqual([idOf(field)]);
    expect(field.attributes).toMatchObject({ 'gridweave.field.count': size });
    expect(childrenOf(batch).every(({ kind }) => kind === SpanKind.CLIENT)).toBe(true);
  });

  it('name the operations that waited for the same answer', async () => {
    gateway.fault('qarnot', 'slow', { effect: { kind: 'latency', ms: 300 } });
    const document =
      'query Shared { projects(first: 3, filter: { providers: ["qarnot"] }) { nodes { id } } }';
    await Promise.all([gateway.query(document), gateway.query(document)]);
    const lists = spans().filter(({ name }) => name === 'Query.projects');
    expect(lists).toHaveLength(2);
    const shared = calls().filter(({ links }) => links.length > 0);
    expect(shared.length).toBeGreaterThan(0);
    const payer = shared[0]!.parentSpanContext!.spanId;
    const joiner = lists.find((list) => idOf(list) !== payer)!;
    expect(shared[0]!.links.map(({ context }) => context.spanId)).toEqual([idOf(joiner)]);
    const counted = operations().map(({ attributes }) => attributes['gridweave.upstream.shared_calls']);
    expect(new Set(counted)).toEqual(new Set([0, shared.length]));
  });

  it('belong to the trace of the caller who names one', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await gateway.query('{ providers { key } }', {}, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    await gateway.query('{ providers { key } }', {}, { traceparent: 'nonsense' });
    const [first, second] = operations();
    expect(first!.spanContext().traceId).toBe(traceId);
    expect(first!.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true });
    expect(second!.parentSpanContext).toBeUndefined();
  });

  it('say what went wrong, by code', async () => {
    gateway.fault('runai', 'broken', { effect: { kind: 'status', status: 500 } });
    await gateway.query('{ computeNodes(first: 2, filter: { providers: ["runai"] }) { nodes { id } } }');
    await gateway.query('{ job(id: "nonsense") { id } }');
    const failed = calls().find(({ attributes }) => attributes['error.type'] !== undefined)!;
    expect(failed.attributes).toMatchObject({
      'http.response.status_code': 500,
      'error.type': 'PROVIDER_UNAVAILABLE',
    });
    expect(failed.status.code).toBe(SpanStatusCode.ERROR);
    const mistaken = operations().find(({ attributes }) => attributes['error.type'] !== undefined)!;
    // The caller's mistake is no failure of ours.
    expect(mistaken.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('go on into what is done after a caller was answered, and into subscriptions', async () => {
    const examples = exampleOperations();
    const submit = examples.find(({ name }) => name === '09-submit-a-job')!.document;
    await gateway.query(submit, { idempotencyKey: 'canary-key-4711' });
    expect(operations()[0]).toMatchObject({ name: 'mutation' });
    expect(calls().some(({ name }) => name.startsWith('PUT '))).toBe(true);
    const leaving = new AbortController();
    const watch = examples.find(({ name }) => name === '14-watch-jobs')!.document;
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: watch }),
      signal: leaving.signal,
    });
    leaving.abort();
    await until(() => operations().some(({ name }) => name === 'subscription'), 'the span of a subscription');
  });

  it('hold no secret, no document, no variable and no id', async () => {
    const query =
      'query ($name: String) { jobs(first: 30, filter: { namePrefix: $name }) { nodes { id name } } }';
    await gateway.query(query, { name: 'canary-prefix' });
    const { data } = await gateway.query('{ jobs(first: 30) { nodes { id name executions { nodes { id } } } } }'); // prettier-ignore
    const ids = JSON.stringify(data).match(/(?<="(?:id|name)":")[^"]{8,}/g) ?? [];
    expect(ids.length).toBeGreaterThan(30);
    const told = JSON.stringify(
      spans().map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links: links.map((link) => link.attributes) })),
    ); // prettier-ignore
    const credentials = [...gateway.sandbox!.emulators.values()].flatMap(({ connection }) => Object.values(connection.credential)); // prettier-ignore
    const forbidden = [...credentials, ...ids, 'canary-prefix', 'namePrefix', 'http://', 'Bearer', '?'];
    expect(forbidden.filter((text) => told.includes(text))).toEqual([]);
  });
});

describe('without an SDK', () => {
  it('nothing is followed', async () => {
    trace.disable();
    const { errors } = await gateway.query(JOBS_OF('runai'));
    expect(errors).toBeUndefined();
    expect(spans()).toEqual([]);
    expect(trace.getSpan(ROOT_CONTEXT)).toBeUndefined();
  });
});
