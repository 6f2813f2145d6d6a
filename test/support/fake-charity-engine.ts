import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs, type EpochMs } from '../../src/model/time.ts';
import { createCharityEngineAdapter } from '../../src/providers/charity-engine/adapter.ts';
import { charityEngine } from '../../src/providers/charity-engine/index.ts';
import { MemoryKnownJobs, type KnownJob } from '../../src/providers/charity-engine/known-jobs.ts';
import type { Credential, Upstream, UpstreamRequest, UpstreamResponse } from '../../src/upstream/types.ts';
import type { CallContext } from '../../src/upstream/types.ts';

export type Row = Record<string, unknown>;

/**
 * A scripted status call for the adapter's own tests, with the freedoms the reference leaves to the service. It knows
 * nothing of the emulator.
 */
export class FakeCharityEngine implements Upstream {
  readonly provider = 'ce' as ProviderKey;
  readonly calls: { readonly ids: readonly string[]; readonly request: UpstreamRequest }[] = [];
  readonly jobs = new Map<string, unknown>();
  now = Date.UTC(2026, 4, 4, 12);
  /** Ids that make every call fail that asks for them. */
  readonly poisonous = new Set<string>();
  /** Answers in place of the fake's own while it is set. */
  scripted: ((ids: readonly string[]) => Partial<UpstreamResponse>) | null = null;
  /** What an answer is made of the rows that were found. */
  envelope: (rows: Row) => unknown = (jobs) => ({ success: true, jobs });
  /** Thrown by the next calls while it is set. */
  failure: Error | null = null;

  run(id: string, status: string, more: Row = {}, vmStatus: string = status): void {
    this.jobs.set(id, { vmStatus, states: { default: { status, outputFiles: [], log: '', ...more } } });
  }

  send(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse> {
    return Promise.resolve().then(() => {
      ctx.budget.take();
      const ids = idsOf(request);
      this.calls.push({ ids, request });
      if (this.failure !== null) throw this.failure;
      const answer = this.scripted?.(ids) ?? this.#answer(ids);
      const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      return { status: 200, headers: {}, receivedAt: epochMs(this.now), ...answer, body };
    });
  }

  #answer(ids: readonly string[]): Partial<UpstreamResponse> {
    if (ids.some((id) => this.poisonous.has(id))) {
      return { body: { success: false, error: 'Invalid input format' } };
    }
    const found = ids.filter((id) => this.jobs.has(id));
    return { body: this.envelope(Object.fromEntries(found.map((id) => [id, this.jobs.get(id)]))) };
  }

  openSocket(): Promise<never> {
    return Promise.reject(new Error('Charity Engine has no sockets'));
  }

  get health(): Upstream['health'] {
    return { breaker: 'CLOSED', retryAt: null, lastSuccessAt: null, lastFailureAt: null, latencyMs: null };
  }

  fingerprint(ctx: CallContext): string {
    return ctx.credentials?.get(this.provider)?.fingerprint ?? 'configured';
  }

  async close(): Promise<void> {}
}

function idsOf({ path, body, query }: UpstreamRequest): readonly string[] {
  const told = (body as Row | undefined)?.['ids'];
  if (Array.isArray(told)) return told as string[];
  const list = typeof query?.['ids'] === 'string' ? query['ids'] : (path.path.split('/').at(-1) ?? '');
  return list.split(',').map(decodeURIComponent);
}

export function setUp(settings: object = {}) {
  const service = new FakeCharityEngine();
  const parsed = charityEngine.settingsSchema.parse(settings);
  const clock = { now: (): EpochMs => epochMs(service.now) };
  const known = new MemoryKnownJobs(parsed.maxKnownJobs);
  const start = () =>
    createCharityEngineAdapter(
      { provider: service.provider, upstream: service, settings: parsed, clock },
      known,
    );
  return { service, known, clock, start, adapter: start() };
}

/** A job that was submitted through the gateway with its own credential. */
export function submitted(id: string, knownAt: number, more: Partial<KnownJob> = {}): KnownJob {
  return {
    id,
    knownAt: epochMs(knownAt),
    source: 'SUBMITTED',
    name: null,
    submittedWith: 'configured',
    cancelRequestedAt: null,
    spec: null,
    labels: [],
    stamp: null,
    ...more,
  };
}

export function credentialOf(fingerprint: string): Credential {
  return { fingerprint, apply: () => {} };
}

export function callContext(limit = 10_000, more: Partial<CallContext> = {}): CallContext {
  let spent = 0;
  return {
    signal: new AbortController().signal,
    deadlineAt: epochMs(Date.UTC(2100, 0, 1)),
    budget: {
      take: () => {
        spent += 1;
        if (spent > limit) throw new Error('the test spends too many calls');
      },
      get spent() {
        return spent;
      },
      limit,
    },
    ...more,
  };
}
