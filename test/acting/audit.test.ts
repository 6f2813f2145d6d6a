import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { emulatorOf } from '../support/emulator-of.ts';
import { ActingClient } from './acting-client.ts';
import { keptData } from './kept-data.ts';
import { ALL, neutralSpec } from './specs.ts';
import { STILL } from './start.ts';

interface Line {
  readonly action: string;
  readonly outcome: string;
  readonly error: string | null;
  readonly provider: string;
  readonly actor: string;
  readonly requestId: string;
  readonly credential: string;
  readonly stamp: string | null;
  readonly dryRun: boolean;
  readonly durationMs: number;
  readonly targets: readonly { readonly kind: string; readonly key: string }[];
  readonly at: string;
}

describe.each(ALL)('the audit of what is done at %s', (kind) => {
  const kept = keptData();
  let client: ActingClient;
  let seen = 0;

  beforeAll(async () => {
    const gateway = await startTestGateway({
      sandbox: STILL,
      config: { audit: { file: kept().auditFile }, act: { timeoutMs: 1_500, maxBulk: 100 } },
      upstream: { timeoutMs: 2_000 },
    });
    client = new ActingClient(gateway);
  });
  afterAll(() => client.gateway.close());

  function logged(): Line[] {
    return client.gateway.logLines.filter((line) => 'audit' in line).map((line) => line as object as Line);
  }

  /** The lines since the last look. */
  function fresh(): Line[] {
    const lines = logged().slice(seen);
    seen += lines.length;
    return lines;
  }

  const short = ({ action, outcome, error, dryRun }: Line): unknown[] => [action, outcome, error, dryRun];

  it('has one line for each action that was asked for, whatever became of it', async () => {
    const input = await client.inputFor(kind, neutralSpec(), { idempotencyKey: 'audited' });

    await client.submit({ ...input, dryRun: true });
    expect(fresh().map(short)).toEqual([['SUBMIT', 'PLANNED', null, true]]);

    const { job } = await client.submit(input);
    const made = fresh();
    expect(made.map(short)).toEqual([['SUBMIT', 'CREATED', null, false]]);
    await client.submit(input);
    const replayed = fresh();
    expect(replayed.map(short)).toEqual([['SUBMIT', 'REPLAYED', null, false]]);
    expect(replayed[0]?.stamp).toBe(made[0]?.stamp);
    expect(replayed[0]?.targets).toEqual(made[0]?.targets);
    expect(made[0]?.targets).toEqual([
      { kind: 'job', key: expect.stringContaining(job?.nativeRef.nativeId ?? '?') as string },
    ]);

    await client.submit({ ...input, spec: neutralSpec({ name: 'other' }) });
    expect(fresh().map(short)).toEqual([['SUBMIT', 'REFUSED', 'IDEMPOTENCY_MISMATCH', false]]);
    await client.submit({ ...input, spec: neutralSpec({ name: '' }) });
    expect(fresh().map(short)).toEqual([['SUBMIT', 'REFUSED', 'INVALID_ARGUMENT', false]]);
    await client.submit({ ...input, idempotencyKey: 'more', spec: neutralSpec({ inputs: [{ path: '/in', source: { ipfs: 'Qm' } }], outputs: [{ name: 'o', path: '/o', destination: { volume: 'v' } }] }) }); // prettier-ignore
    expect(fresh().map(short)).toEqual([['SUBMIT', 'REFUSED', 'UNSUPPORTED_FIELD', false]]);

    const id = job?.id ?? '';
    await client.act('cancelJob', id, { expectedRevision: 1_999_999_999 });
    expect(fresh().map(short)).toEqual([['CANCEL', 'REFUSED', 'CONFLICT', false]]);
    await client.act('cancelJob', id);
    const cancelled = fresh();
    expect(cancelled.map(short)).toEqual([['CANCEL', 'DONE', null, false]]);
    expect(cancelled[0]).toMatchObject({ stamp: null, targets: made[0]?.targets });
    await client.act('resumeJob', id);
    expect(fresh().map(short)).toEqual([
      ['RESUME', 'REFUSED', kind === 'runai' ? 'INVALID_STATE' : 'UNSUPPORTED_OPERATION', false],
    ]);
    await client.rerun(id, '');
    expect(fresh().map(short)).toEqual([['RERUN', 'REFUSED', 'INVALID_ARGUMENT', false]]);

    await client.create(kind, neutralSpec({ name: 'bulk' }));
    fresh();
    await client.cancelJobs({ filter: { namePrefix: 'bulk' }, limit: 10 });
    expect(fresh().map(short)).toEqual([['CANCEL', 'DONE', null, false]]);
  });

  it('says that an outcome is unknown, and when it was settled', async () => {
    const input = await client.inputFor(kind, neutralSpec({ name: 'lost' }), { idempotencyKey: 'lost' });
    client.break(kind, '', { kind: 'reset', afterCommit: true }, 1_000);
    const { outcome } = await client.submit(input);
    client.mend(kind);
    const [line] = fresh();
    expect(line).toMatchObject({ action: 'SUBMIT', outcome: outcome === 'UNKNOWN' ? 'UNKNOWN' : 'REFUSED' });
    expect(line?.error).not.toBeNull();
    const known = await client.reconcile(kind, 'lost');
    const settled = fresh().map(short);
    expect(settled).toEqual(known.outcome === 'UNKNOWN' ? [] : [['RECONCILE', 'SETTLED', null, false]]);
  });

  it('names who asked, by which request, and with which credential, but never the credential', () => {
    const lines = logged();
    const secrets = Object.values(emulatorOf(client.gateway, kind).connection.credential);
    for (const line of lines) {
      expect(line.provider).toBe(kind);
      expect(line.actor).not.toBe('');
      expect(line.requestId).toMatch(/^[\w-]{8,}$/);
      // The emulator of Bacalhau asks for none.
      expect(line.credential).toMatch(kind === 'bacalhau' ? /^none$/ : /^[\w-]{8,}$/);
      for (const secret of secrets) expect(JSON.stringify(line)).not.toContain(secret);
      expect(line.durationMs).toBeGreaterThanOrEqual(0);
      expect(line.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    }
    expect(new Set(lines.map(({ credential }) => credential)).size).toBe(1);
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(lines.length);
  });

  it('is the same in the file of its own', async () => {
    const bare = ({ action, outcome, at, requestId }: Record<string, unknown>) => [
      action,
      outcome,
      at,
      requestId,
    ];
    await expect
      .poll(async () => (await kept().auditLines()).map(bare), { timeout: 5_000 })
      .toEqual(logged().map((line) => bare({ ...line })));
  });
});
