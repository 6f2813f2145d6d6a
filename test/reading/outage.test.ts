import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProvidersAndHealthDocument, WhatRunsNowDocument } from '../generated/graphql.ts';
import { SANDBOX_KINDS, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { FaultEffect } from '../../src/sandbox/emulator.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import { emulatorOf } from '../support/emulator-of.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const ALL_OK = Object.fromEntries(SANDBOX_KINDS.map((kind) => [kind, 'OK']));
const othersOf = (kind: SandboxKind) => SANDBOX_KINDS.filter((other) => other !== kind);

/** The codes that may stand behind an outcome. */
const CODES: Record<string, readonly string[]> = {
  UNAVAILABLE: ['PROVIDER_UNAVAILABLE', 'PROVIDER_PROTOCOL'],
  RATE_LIMITED: ['RATE_LIMITED'],
  UNAUTHORIZED: ['UNAUTHENTICATED'],
  TIMEOUT: ['PROVIDER_TIMEOUT'],
};

const TIMEOUT_MS = 800;
const OPEN_MS = 500;

describe('a provider in trouble', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startTestGateway({
      sandbox: { jobsPerSite: 40, arrivalMs: 0 },
      upstream: {
        timeoutMs: TIMEOUT_MS,
        freshnessMs: 0,
        breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, openMs: OPEN_MS, maxOpenMs: OPEN_MS },
      },
    });
    await list();
  });
  afterEach(() => gateway.close());

  async function list() {
    const started = performance.now();
    const answer = await gateway.execute(WhatRunsNowDocument, {});
    const elapsedMs = performance.now() - started;
    const { nodes, sources } = answer.data!.jobs;
    const rowsOf = (key: string) => nodes.filter((job) => job.provider.key === key).length;
    const outcome = Object.fromEntries(sources.map((source) => [source.provider.key, source.outcome]));
    return { ...answer, elapsedMs, outcome, rowsOf };
  }

  async function breakerOf(key: string) {
    const { data } = await gateway.execute(ProvidersAndHealthDocument, {});
    return data!.providers.find((provider) => provider.key === key)!.health.breaker;
  }

  it.each(SANDBOX_KINDS)(
    '%s black-holed: the others answer within its deadline, and HTTP says 200',
    async (kind) => {
      emulatorOf(gateway, kind).faults.set('hole', { effect: { kind: 'hang' } });
      // Not more often: the breaker would answer at once.
      const answers = [await list(), await list()];
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        expect(answer.errors).toBeUndefined();
        expect(answer.outcome).toEqual({ ...ALL_OK, [kind]: 'TIMEOUT' });
        for (const other of othersOf(kind)) expect(answer.rowsOf(other)).toBeGreaterThan(0);
        expect(answer.rowsOf(kind)).toBe(0);
        expect(answer.elapsedMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
      }
      // The better of two: the promise is about the gateway, not about a busy machine.
      expect(Math.min(...answers.map((answer) => answer.elapsedMs))).toBeLessThan(TIMEOUT_MS + 50);
    },
  );

  const faults: Record<string, { effect: FaultEffect; outcome: string }> = {
    'answers 500': { effect: { kind: 'status', status: 500 }, outcome: 'UNAVAILABLE' },
    'answers 503': { effect: { kind: 'status', status: 503 }, outcome: 'UNAVAILABLE' },
    'answers 429': { effect: { kind: 'status', status: 429, retryAfter: '7' }, outcome: 'RATE_LIMITED' },
    'refuses the credential': { effect: { kind: 'status', status: 401 }, outcome: 'UNAUTHORIZED' },
    'talks garbage': { effect: { kind: 'garbage', body: '<html>hello</html>' }, outcome: 'UNAVAILABLE' },
    'talks other JSON': { effect: { kind: 'garbage', body: '[1,2,3]' }, outcome: 'UNAVAILABLE' },
    'cuts its answers off': { effect: { kind: 'truncate', bytes: 40 }, outcome: 'UNAVAILABLE' },
    'drops connections': { effect: { kind: 'reset' }, outcome: 'UNAVAILABLE' },
    'answers a byte at a time': { effect: { kind: 'slow-body', bytesPerSecond: 10 }, outcome: 'TIMEOUT' },
  };
  const cases = SANDBOX_KINDS.flatMap((kind) =>
    Object.keys(faults).map((name): [SandboxKind, string] => [kind, name]),
  );

  it.each(cases)('%s %s: the others are whole', async (kind, name) => {
    const { effect, outcome } = faults[name]!;
    emulatorOf(gateway, kind).faults.set('trouble', { effect });
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.errors).toBeUndefined();
    expect(answer.outcome).toEqual({ ...ALL_OK, [kind]: outcome });
    const { error } = answer.data!.jobs.sources.find((source) => source.provider.key === kind)!;
    expect(CODES[outcome]).toContain(error?.code);
    for (const other of othersOf(kind)) expect(answer.rowsOf(other)).toBeGreaterThan(0);
  });

  it('with the children alone: the parents stand, and say what is missing under them', async () => {
    emulatorOf(gateway, 'bacalhau').faults.set('children', {
      match: 'GET /api/v1/orchestrator/jobs/',
      effect: { kind: 'status', status: 500 },
    });
    const query =
      '{ jobs(first: 3, filter: { providers: ["bacalhau"] }) { nodes { name executions { nodes { id } sources { outcome error { code } } } } sources { outcome } } }';
    const response = await gateway.post(JSON.stringify({ query }));
    const { data, errors } = (await response.json()) as {
      data: { jobs: { nodes: { executions: unknown }[] } };
      errors?: unknown;
    };
    expect(errors).toBeUndefined();
    expect(data.jobs).toMatchObject({ sources: expect.arrayContaining([{ outcome: 'OK' }]) });
    expect(data.jobs.nodes).toHaveLength(3);
    for (const { executions } of data.jobs.nodes) {
      const sources = [{ outcome: 'UNAVAILABLE', error: { code: 'PROVIDER_UNAVAILABLE' } }];
      expect(executions).toEqual({ nodes: [], sources });
    }
  });

  it('is cut off after repeated failures, is told when to come back, and comes back', async () => {
    const { faults: board } = emulatorOf(gateway, 'bacalhau');
    board.set('down', { effect: { kind: 'status', status: 500 } });
    for (let i = 0; i < 40 && (await breakerOf('bacalhau')) === 'CLOSED'; i++) await list();
    expect(await breakerOf('bacalhau')).toBe('OPEN');

    emulatorOf(gateway, 'bacalhau').resetCalls();
    const { data } = await gateway.execute(WhatRunsNowDocument, {});
    const source = data!.jobs.sources.find((report) => report.provider.key === 'bacalhau')!;
    expect(source.outcome).toBe('UNAVAILABLE');
    expect(emulatorOf(gateway, 'bacalhau').calls).toHaveLength(0);

    board.clear();
    const deadline = performance.now() + 20 * OPEN_MS;
    while ((await breakerOf('bacalhau')) !== 'CLOSED' && performance.now() < deadline) await list();
    expect(await breakerOf('bacalhau')).toBe('CLOSED');
    expect((await list()).outcome['bacalhau']).toBe('OK');
  });
});
