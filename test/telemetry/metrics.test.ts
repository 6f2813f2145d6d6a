import { parse } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exampleOperations } from '../../src/server/example-operations.ts';
import { Metrics } from '../../src/server/telemetry/metrics.ts';
import { valueOf } from '../support/exposition.ts';
import { startObserved, until, type Observed } from './rig.ts';

const JOBS = '{ jobs(first: 5) { nodes { id name } sources { provider { key } outcome } } }';
const example = (name: string): string =>
  exampleOperations().find((operation) => operation.name === name)!.document;

describe('a scrape', { timeout: 30_000 }, () => {
  let gateway: Observed;

  beforeAll(async () => {
    gateway = await startObserved({ metrics: { operations: ['Dashboard'] } });
  });
  afterEach(() => gateway.healAll());
  afterAll(() => gateway.close(0));

  it('is what Prometheus takes, also before anything has happened', async () => {
    const families = await gateway.scrape();
    expect(valueOf(families, 'gridweave_build_info')).toBe(1);
    expect(valueOf(families, 'gridweave_provider_info', { kind: 'qarnot' })).toBe(1);
    expect(valueOf(families, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    const { headers } = await fetch(`${gateway.url}/metrics`);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('counts operations and the calls that were made for them', async () => {
    const before = await gateway.scrape();
    await gateway.query(example('02-what-runs-now'));
    await gateway.query('query WhatRunsNow { providers { key } }');
    await gateway.query('query Dashboard { providers { key } }');
    await gateway.query('{ nonsense }');
    await gateway.query('{ job(id: "nonsense") { id } }');
    const after = await gateway.scrape();
    const rise = (name: string, labels: Record<string, string>): number =>
      (valueOf(after, name, labels) ?? 0) - (valueOf(before, name, labels) ?? 0);
    const total = 'gridweave_graphql_operations_total';
    expect(rise(total, { operation: 'WhatRunsNow', type: 'query', outcome: 'OK' })).toBe(1);
    expect(rise(total, { operation: 'Dashboard', outcome: 'OK' })).toBe(1);
    // The known name on another document is somebody's own.
    expect(rise(total, { operation: 'other', type: 'query', outcome: 'OK' })).toBe(1);
    expect(rise(total, { operation: 'other', outcome: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
    expect(rise(total, { operation: 'other', type: 'query', outcome: 'NOT_FOUND' })).toBe(1);
    expect(rise('gridweave_graphql_operation_duration_seconds_count', { operation: 'WhatRunsNow' })).toBe(1);
    expect(rise('gridweave_graphql_operation_upstream_calls_sum', { operation: 'WhatRunsNow' })).toBeGreaterThan(2); // prettier-ignore
    expect(rise('gridweave_upstream_calls_total', { outcome: 'OK' })).toBeGreaterThan(2);
    expect(rise('gridweave_upstream_call_duration_seconds_count', {})).toBe(rise('gridweave_upstream_calls_total', {})); // prettier-ignore
    expect(valueOf(after, 'gridweave_graphql_operations_in_progress')).toBe(0);
    expect(valueOf(after, 'gridweave_upstream_last_success_timestamp_seconds', { provider: 'qarnot' })).toBeCloseTo(Date.now() / 1000, -2); // prettier-ignore
  });

  it('counts answers that were shared', async () => {
    const before = await gateway.scrape();
    gateway.fault('bacalhau', 'slow', { effect: { kind: 'latency', ms: 200 } });
    const labels = 'query { jobs(first: 7, filter: { providers: ["bacalhau"] }) { nodes { id } } }';
    await Promise.all([gateway.query(labels), gateway.query(labels)]);
    await gateway.query(labels);
    const after = await gateway.scrape();
    for (const source of ['flight', 'fresh']) {
      const at = (families: typeof after): number =>
        valueOf(families, 'gridweave_upstream_shared_answers_total', { provider: 'bacalhau', source }) ?? 0;
      expect(at(after), source).toBeGreaterThan(at(before));
    }
  });

  it('tells of a provider in trouble, and readiness only degrades', async () => {
    gateway.fault('qarnot', 'broken', { effect: { kind: 'status', status: 503 } });
    await until(async () => {
      await gateway.query(JOBS);
      return valueOf(await gateway.scrape(), 'gridweave_upstream_breaker_state', { provider: 'qarnot', state: 'open' }) === 1; // prettier-ignore
    }, 'an open breaker');
    await gateway.query(JOBS);
    const families = await gateway.scrape();
    const qarnot = { provider: 'qarnot' };
    expect(valueOf(families, 'gridweave_upstream_breaker_state', { ...qarnot, state: 'closed' })).toBe(0);
    expect(valueOf(families, 'gridweave_upstream_breaker_transitions_total', { ...qarnot, to: 'open' })).toBeGreaterThan(0); // prettier-ignore
    expect(valueOf(families, 'gridweave_upstream_calls_total', { ...qarnot, outcome: 'PROVIDER_UNAVAILABLE' })).toBeGreaterThan(2); // prettier-ignore
    expect(valueOf(families, 'gridweave_upstream_retries_total', qarnot)).toBeGreaterThan(0);
    expect(valueOf(families, 'gridweave_upstream_held_back_calls_total', { ...qarnot, reason: 'breaker' })).toBeGreaterThan(0); // prettier-ignore
    const ready = await fetch(`${gateway.url}/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      ready: true,
      status: 'DEGRADED',
      degraded: ['qarnot'],
      providers: expect.arrayContaining([
        expect.objectContaining({ key: 'qarnot', state: 'DEGRADED', breaker: 'OPEN' }),
        expect.objectContaining({ key: 'bacalhau', state: 'OK' }),
      ]),
    });
  });

  it('shows how full the bucket of a provider is', async () => {
    await gateway.query(JOBS);
    const families = await gateway.scrape();
    const labels = { provider: 'bacalhau' };
    expect(valueOf(families, 'gridweave_upstream_rate_burst_tokens', labels)).toBe(100);
    const tokens = valueOf(families, 'gridweave_upstream_rate_tokens', labels);
    expect(tokens).toBeGreaterThan(90);
    expect(tokens).toBeLessThanOrEqual(100);
    expect(valueOf(families, 'gridweave_upstream_rate_waiting_calls', labels)).toBe(0);
  });

  it('counts actions', async () => {
    const submit = example('09-submit-a-job');
    const { data } = await gateway.query(submit, { idempotencyKey: 'canary-key-4711' });
    expect(data).toMatchObject({ submitJob: { outcome: 'CREATED' } });
    await gateway.query(submit, { idempotencyKey: 'canary-key-4711' });
    await gateway.query(submit, { idempotencyKey: '' });
    const families = await gateway.scrape();
    const count = (labels: Record<string, string>): number | null =>
      valueOf(families, 'gridweave_act_actions_total', { provider: 'bacalhau', action: 'SUBMIT', ...labels });
    expect(count({ outcome: 'CREATED', error: '' })).toBe(1);
    expect(count({ outcome: 'REPLAYED' })).toBe(1);
    expect(count({ outcome: 'REFUSED', error: 'INVALID_ARGUMENT' })).toBe(1);
    expect(valueOf(families, 'gridweave_act_action_duration_seconds_count', { action: 'SUBMIT' })).toBe(3);
    expect(valueOf(families, 'gridweave_act_unknown_submissions', { provider: 'bacalhau' })).toBe(0);
  });

  it('follows subscriptions', async () => {
    const leaving = new AbortController();
    const stream = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: example('14-watch-jobs') }),
      signal: leaving.signal,
    });
    const reader = stream.body!.getReader();
    await reader.read();
    await gateway.query(example('09-submit-a-job'), { idempotencyKey: 'another' });
    await until(async () => {
      const families = await gateway.scrape();
      return (valueOf(families, 'gridweave_live_events_total', { provider: 'bacalhau', kind: 'job', type: 'change' }) ?? 0) > 0; // prettier-ignore
    }, 'an event');
    const families = await gateway.scrape();
    expect(valueOf(families, 'gridweave_live_subscribers')).toBe(1);
    expect(valueOf(families, 'gridweave_live_connections', { transport: 'sse' })).toBe(1);
    expect(valueOf(families, 'gridweave_live_channels')).toBe(1);
    expect(valueOf(families, 'gridweave_live_source_lag_seconds', { provider: 'bacalhau' })).toBeLessThan(10);
    expect(valueOf(families, 'gridweave_live_source_failing', { provider: 'bacalhau' })).toBe(0);
    expect(valueOf(families, 'gridweave_live_window_events', { provider: 'bacalhau' })).toBeGreaterThan(0);
    expect(valueOf(families, 'gridweave_live_window_bytes', { provider: 'bacalhau' })).toBeGreaterThan(0);
    leaving.abort();
    await reader.read().catch(() => {});
    await until(async () => valueOf(await gateway.scrape(), 'gridweave_live_subscribers') === 0, 'its end');
  });

  it('holds no secret, no id, no name of anything, whatever was asked for', async () => {
    const { data } = await gateway.query('{ jobs(first: 50) { nodes { id name } } computeNodes(first: 20) { nodes { id } } }'); // prettier-ignore
    await gateway.query('query Canary4711 { providers { key } }');
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const credentials = [...gateway.sandbox!.emulators.values()].flatMap(({ connection }) => Object.values(connection.credential)); // prettier-ignore
    const names = JSON.stringify(data).match(/"(?:id|name)":"[^"]{8,}"/g) ?? [];
    expect(names.length).toBeGreaterThan(50);
    const secrets = [...credentials, ...names.map((member) => /:"(.*)"/.exec(member)![1]!), 'canary-key', 'Canary4711', 'http:', '127.0.0.1']; // prettier-ignore
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe('how many series there are', () => {
  it('does not follow the names of operations', async () => {
    const gateway = await startObserved();
    try {
      await gateway.query('{ __typename }');
      const before = (await gateway.scrape()).get('gridweave_graphql_operations_total')!.samples.length;
      const names = Array.from({ length: 200 }, (_, i) => `Op${String(i)}`);
      await Promise.all(names.map((name) => gateway.query(`query ${name} { __typename }`)));
      const families = await gateway.scrape();
      const total = families.get('gridweave_graphql_operations_total')!;
      expect(total.samples.length).toBe(before);
      expect(valueOf(families, 'gridweave_graphql_operations_total', { operation: 'other' })).toBe(201);
    } finally {
      await gateway.close(0);
    }
  });

  it('is the same after 10,000 names as after one', async () => {
    const metrics = new Metrics();
    const run = (name: string): void => {
      const operation = metrics.operations.known.label(parse(`query ${name} { __typename }`), null);
      const ended = { type: 'query', outcome: 'OK', durationMs: 1, networkCalls: 0 } as const;
      metrics.operations.ended({ operation, ...ended });
    };
    run('First');
    const before = (await metrics.text()).split('\n').length;
    for (let i = 0; i < 10_000; i += 1) run(`Op${Math.random().toString(36).slice(2)}`);
    expect((await metrics.text()).split('\n').length - before).toBeLessThan(5);
  });
});
