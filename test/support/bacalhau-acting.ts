/** The adapter's acting half over a Bacalhau emulator on a loopback socket. */
import { onTestFinished } from 'vitest';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { epochMs, systemClock } from '../../src/model/time.ts';
import type { ActingCalls, FindTarget, SubmissionStamp, SubmitAnswer, SubmitRequest } from '../../src/providers/acting.ts'; // prettier-ignore
import type { BacalhauExtension } from '../../src/providers/bacalhau/extension.ts';
import { bacalhau } from '../../src/providers/bacalhau/index.ts';
import type { ProviderAdapter } from '../../src/providers/provider.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import type { CallContext, UpstreamOptions } from '../../src/upstream/types.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { startRig, type Rig } from './bacalhau-emulator.ts';
import { jobSpec } from './job-spec.ts';

export const STAMP: SubmissionStamp = { id: 'abcdefghijklmnopqrstuvwx23', specHash: '0123456789abcdef' };
/** The same key, for something else. */
export const OTHER_SPEC: SubmissionStamp = { ...STAMP, specHash: 'fedcba9876543210' };

export function specOf(more: Partial<JobSpec> = {}): JobSpec {
  return jobSpec({ name: 'Embed 41', image: 'alpine:3.20', ...more });
}

export function requestOf(
  spec: Partial<JobSpec> = {},
  extension: BacalhauExtension | null = null,
  project: string | null = null,
): SubmitRequest {
  return { spec: specOf(spec), extension, project: project as NativeKey | null };
}

export interface ActingRig {
  readonly adapter: ProviderAdapter;
  readonly acting: ActingCalls;
  ctx(over?: Partial<CallContext> & { readonly waitMs?: number; readonly calls?: number }): CallContext;
  /** Makes the version known, as any answer does. */
  learnVersion(): Promise<void>;
  submit(request?: SubmitRequest, stamp?: SubmissionStamp): Promise<SubmitAnswer>;
  find(over?: Partial<FindTarget>): ReturnType<ActingCalls['find']>;
  /** The job as it is read now. */
  read(key: NativeKey): Promise<JobRecord>;
}

/** An adapter as after a start of the gateway: it knows nothing of the server yet. */
export function connectActing(
  url: string,
  settings: object = {},
  options: Partial<UpstreamOptions> = {},
): ActingRig {
  const provider = 'lab' as ProviderKey;
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider,
      baseUrl: new URL(url),
      credential: null,
      timeoutMs: 2_000,
      rate: { perSecond: 1e6, burst: 1e6 },
      retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
      breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: Number.MAX_SAFE_INTEGER },
      ...options,
    },
    { clock: systemClock },
  );
  onTestFinished(() => upstream.close());
  const parsed = bacalhau.settingsSchema.parse(settings);
  const adapter = bacalhau.create({ provider, upstream, settings: parsed, clock: systemClock });
  const { acting } = adapter;
  if (acting === undefined) throw new Error('the adapter only reads');
  const ctx: ActingRig['ctx'] = ({ waitMs = 10_000, calls = 100, ...over } = {}) => ({
    signal: new AbortController().signal,
    deadlineAt: epochMs(systemClock.now() + waitMs),
    budget: createCallBudget(calls),
    ...over,
  });
  return {
    adapter,
    acting,
    ctx,
    learnVersion: async () => void (await adapter.probe(ctx())),
    submit: (request = requestOf(), stamp = STAMP) => acting.submit(request, stamp, ctx()),
    find: (over = {}) =>
      acting.find(
        {
          stamp: STAMP,
          name: specOf().name,
          project: null,
          rerunOf: null,
          sentAt: systemClock.now(),
          ...over,
        },
        ctx(),
      ),
    read: async (key) => {
      const { found, missing } = await adapter.get('job', [key], ctx({ freshnessMs: 0 }));
      const job = found.get(key);
      if (job === undefined) throw missing.get(key) ?? new Error('no answer for the job');
      return job;
    },
  };
}

export type EmulatedActing = ActingRig &
  Omit<Rig, 'submit' | 'read'> & { again(settings?: object): ActingRig };

export async function startActing(
  options: Parameters<typeof startRig>[0] = {},
  timeoutMs = 2_000,
): Promise<EmulatedActing> {
  const rig = await startRig(options);
  const connect = (settings?: object) => connectActing(rig.emulator.url, settings, { timeoutMs });
  return { ...rig, ...connect(), again: connect };
}

/** The one record of an answer that must be CREATED. */
export function createdOf(answer: SubmitAnswer): JobRecord {
  if (answer.outcome !== 'CREATED') {
    throw 'error' in answer ? answer.error : new Error(`the answer is ${answer.outcome}`);
  }
  const [record] = answer.records;
  if (record === undefined) throw new Error('no record');
  return record;
}

/** Outcome and code, for tables. */
export function summaryOf(answer: {
  readonly outcome: string;
  readonly error?: { readonly code: string };
}): string {
  return answer.error === undefined ? answer.outcome : `${answer.outcome} ${answer.error.code}`;
}
