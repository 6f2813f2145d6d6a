import { describe, expect, it, vi } from 'vitest';
import type { FaultEffect } from '../../src/sandbox/emulator.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import { ALL, CANCEL_CALL, CREATE_CALL, neutralSpec, type SubmitJobInput } from './specs.ts';
import { actingGateway } from './start.ts';

const TIMEOUT_MS = 700;
/** Flights are short, so that what cannot be found out is said soon; nothing is cut off for failing often. */
const OPTIONS = {
  upstream: { timeoutMs: TIMEOUT_MS, breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: 1e9 } },
  config: { act: { timeoutMs: 4_000, maxBulk: 100 } },
};

const LOST: readonly (readonly [string, FaultEffect])[] = [
  ['took effect, and its answer was lost', { kind: 'reset', afterCommit: true }],
  ['took effect, and its answer came too late', { kind: 'latency', ms: 3 * TIMEOUT_MS }],
  ['was lost', { kind: 'reset' }],
  ['was never answered', { kind: 'hang' }],
  ['ended with a 500', { kind: 'status', status: 500, body: 'oops' }],
];

describe.each(ALL)('a cancellation at %s that', (kind) => {
  const gateway = actingGateway(OPTIONS);

  it.each(LOST)('%s is done, or unknown, and can be repeated', async (_what, effect) => {
    const client = gateway();
    const { id } = await client.create(kind, neutralSpec());
    client.break(kind, CANCEL_CALL[kind], effect);
    const first = await client.act('cancelJob', id);
    client.mend(kind);
    if (first.outcome === 'UNKNOWN') {
      expect(first.errors).toMatchObject([{ __typename: 'OutcomeUnknown', retryable: true }]);
    } else {
      expect(first).toMatchObject({ outcome: 'DONE', errors: [] });
      expect(['CANCELLING', 'CANCELLED']).toContain(first.object?.status.state);
    }
    const repeated = await client.act('cancelJob', id);
    expect(['DONE', 'ALREADY']).toContain(repeated.outcome);
    expect(['CANCELLING', 'CANCELLED']).toContain(repeated.object?.status.state);
    expect(['CANCELLING', 'CANCELLED', undefined]).toContain((await client.job(id))?.status.state);
  });

  it('is refused is not done, and says so', async () => {
    const client = gateway();
    const { id } = await client.create(kind, neutralSpec());
    client.break(kind, CANCEL_CALL[kind], { kind: 'status', status: 403, body: '{"message":"not yours"}' });
    expect(await client.act('cancelJob', id)).toMatchObject({
      outcome: 'REFUSED',
      object: { id },
      errors: [{ __typename: 'ProviderRefused' }],
    });
    client.mend(kind);
    expect(['CANCELLING', 'CANCELLED']).not.toContain((await client.job(id))?.status.state);
  });

  it('cannot be sent, because the job cannot be read, changes nothing', async () => {
    const client = gateway();
    const { id } = await client.create(kind, neutralSpec());
    client.resetCalls();
    // Reads and writes of all kinds, for as long as it takes.
    client.break(kind, '', { kind: 'reset' }, 50);
    const answer = await client.act('cancelJob', id);
    client.mend(kind);
    expect(answer).toMatchObject({
      outcome: 'REFUSED',
      object: null,
      errors: [{ __typename: 'ProviderTrouble', retryable: true }],
    });
    expect(client.writes(kind)).toEqual([]);
  });
});

describe.each(ALL)('a submission to %s that', (kind) => {
  const gateway = actingGateway(OPTIONS);

  it('was lost in whatever way is made once, and repeats find it', { timeout: 30_000 }, async () => {
    const client = gateway();
    const before = client.count(kind);
    const inputs: SubmitJobInput[] = [];
    for (const [what, effect] of LOST) {
      const spec = neutralSpec({ name: `lost-${String(inputs.length)}` });
      const input = await client.inputFor(kind, spec, { idempotencyKey: what });
      inputs.push(input);
      client.break(kind, CREATE_CALL[kind], effect);
      const first = await client.submit(input);
      client.mend(kind);
      expect(['CREATED', 'UNKNOWN'], what).toContain(first.outcome);
      if (first.outcome === 'UNKNOWN') {
        expect(first).toMatchObject({
          job: null,
          errors: [{ __typename: 'OutcomeUnknown', retryable: true }],
        });
      }
      expect(client.count(kind) - before, what).toBeLessThanOrEqual(inputs.length);
    }
    if (kind === 'charity-engine') {
      // It lists nothing: what was lost stays unknown, and is never made a second time.
      const made = client.count(kind);
      for (const input of inputs) {
        expect(await client.submit(input)).toMatchObject({ outcome: 'UNKNOWN', job: null });
        expect(await client.reconcile(kind, input.idempotencyKey)).toMatchObject({ outcome: 'UNKNOWN' });
      }
      expect(client.count(kind)).toBe(made);
      return;
    }
    for (const input of inputs) {
      // As a client does that is told to repeat: where lookups lag behind, absence takes time to prove.
      const known = await vi.waitFor(
        async () => {
          const repeat = await client.submit(input);
          expect(repeat, input.idempotencyKey).toMatchObject({ outcome: 'CREATED', errors: [] });
          return repeat;
        },
        { timeout: 12_000, interval: 100 },
      );
      expect(await client.reconcile(kind, input.idempotencyKey)).toMatchObject({
        outcome: 'CREATED',
        replayed: true,
        job: { id: known.job?.id },
      });
    }
    expect(client.count(kind) - before).toBe(inputs.length);
  });

  it('is refused makes nothing, names the reason, and may be made again with the same key', async () => {
    const client = gateway();
    const spec = neutralSpec({ name: 'refused' });
    const input = await client.inputFor(kind, spec, { idempotencyKey: 'refused' });
    const before = client.count(kind);
    client.break(kind, CREATE_CALL[kind], {
      kind: 'status',
      status: 403,
      body: '{"message":"no more for you"}',
    });
    const refused = await client.submit(input);
    client.mend(kind);
    expect(refused).toMatchObject({
      outcome: 'REFUSED',
      job: null,
      errors: [{ __typename: expect.stringMatching(/^(ProviderRefused|QuotaExceeded)$/) as string }],
    });
    expect(client.count(kind)).toBe(before);
    expect(await client.submit(input)).toMatchObject({ outcome: 'CREATED', replayed: false });
    expect(client.count(kind)).toBe(before + 1);
  });

  it('cannot leave, because the provider is gone, is refused as trouble and can be made later', async () => {
    const client = gateway();
    const input = await client.inputFor(kind, neutralSpec({ name: 'gone' }), { idempotencyKey: 'gone' });
    const before = client.count(kind);
    client.break(kind, '', { kind: 'status', status: 503 }, 50);
    const first = await client.submit(input);
    client.mend(kind);
    expect(['REFUSED', 'UNKNOWN']).toContain(first.outcome);
    expect(first.errors[0]).toMatchObject({ retryable: true });
    expect(client.count(kind)).toBe(before);
  });
});

describe('reconcileSubmission', () => {
  const gateway = actingGateway();

  it('knows nothing of keys that were never used, and creates nothing', async () => {
    const client = gateway();
    client.resetCalls();
    for (const provider of [...ALL, 'nowhere']) {
      expect(await client.reconcile(provider, 'never-used')).toMatchObject({
        outcome: 'REFUSED',
        job: null,
        errors: [{ __typename: 'ObjectNotFound', path: ['idempotencyKey'] }],
      });
    }
    for (const kind of ALL) expect(client.calls(kind)).toEqual([]);
  });
});
