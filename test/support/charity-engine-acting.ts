/** The adapter's acting half over a Charity Engine emulator on a loopback socket. */
import { onTestFinished } from 'vitest';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import type { ActingCalls, Created, SubmissionStamp, SubmitAnswer, SubmitRequest } from '../../src/providers/acting.ts'; // prettier-ignore
import { createCharityEngineAdapter } from '../../src/providers/charity-engine/adapter.ts';
import { charityEngine } from '../../src/providers/charity-engine/index.ts';
import { MemoryKnownJobs } from '../../src/providers/charity-engine/known-jobs.ts';
import { DEFAULT_ORDER } from '../../src/providers/provider.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { CHARITY_ENGINE_PREFIX, SANDBOX_AUTHENTICATOR } from '../../src/sandbox/charity-engine/emulator.ts';
import { bearerCredential } from '../../src/upstream/credential.ts';
import type { UpstreamLogEvent } from '../../src/upstream/log-event.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { startRig, type Rig } from './charity-engine-rig.ts';
import { callContext } from './fake-charity-engine.ts';
import { jobSpec } from './job-spec.ts';

export const STAMP: SubmissionStamp = { id: 'abcdefghijklmnopqrstuvwx23', specHash: '0123456789abcdef' };

/** The three ways in which the service may be reached, each with a way to cancel that fits. */
export const PRESETS = [
  [
    'hybrid',
    { preset: 'hybrid', endpoints: { cancel: { method: 'DELETE', path: 'jobs/{ids}', auth: 'bearer' } } },
  ],
  ['resource', { preset: 'resource', endpoints: { cancel: { path: 'jobs/{ids}/cancel', auth: 'bearer' } } }],
  ['rpc', { preset: 'rpc' }],
] as const;

export function specOf(more: Partial<JobSpec> = {}): JobSpec {
  return jobSpec({ name: 'sieve', image: 'acme/prime-sieve:1.4', command: ['sleep', '20'], ...more });
}

export function requestOf(spec: Partial<JobSpec> = {}, more: Partial<SubmitRequest> = {}): SubmitRequest {
  return { spec: specOf(spec), project: null, extension: null, ...more };
}

export function connectActing(baseUrl: URL, settings: object, rig: Pick<Rig, 'clock'>) {
  const provider = 'ce' as ProviderKey;
  const log: UpstreamLogEvent[] = [];
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider,
      baseUrl,
      credential: bearerCredential(SANDBOX_AUTHENTICATOR),
      timeoutMs: 400,
      freshnessMs: 0,
      rate: { perSecond: 100_000, burst: 100_000 },
      retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
      breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: 1_000, windowSize: 2_000 },
    },
    { clock: rig.clock, log: (event) => log.push(event) },
  );
  onTestFinished(() => upstream.close());
  const parsed = charityEngine.settingsSchema.parse(settings);
  const known = new MemoryKnownJobs(parsed.maxKnownJobs);
  const adapter = createCharityEngineAdapter({ provider, upstream, settings: parsed, clock: rig.clock }, known); // prettier-ignore
  const acting: ActingCalls = adapter.acting!;
  return {
    adapter,
    acting,
    known,
    log,
    submit: (
      request: SubmitRequest = requestOf(),
      stamp: SubmissionStamp = STAMP,
      ctx = callContext(),
    ): Promise<SubmitAnswer> => acting.submit(request, stamp, ctx),
    list: async (): Promise<JobRecord[]> => {
      const query = { after: null, limit: 50, filter: {}, order: DEFAULT_ORDER.job };
      return (await adapter.list('job', query, callContext())).rows.map(({ record }) => record);
    },
    read: async (key: NativeKey): Promise<JobRecord | undefined> =>
      (await adapter.get('job', [key], callContext())).found.get(key),
  };
}

export async function startActing(settings: object, options: Parameters<typeof startRig>[0] = {}) {
  const rig = await startRig(options);
  const baseUrl = new URL(`${rig.emulator.url}${CHARITY_ENGINE_PREFIX}/`);
  const service = connectActing(baseUrl, settings, rig);
  return {
    ...service,
    rig,
    baseUrl,
    /** How many calls were received whose "METHOD /path" holds the text. */
    callsOf: (text: string): number =>
      rig.emulator.calls.filter(({ method, path }) => `${method} ${path}`.includes(text)).length,
    /** Moves the world on. */
    pass: (ms: number): void => {
      rig.clock.advance(ms);
      rig.world.sync();
    },
  };
}

/** The answer, which must be that something was created. */
export function created(answer: SubmitAnswer): Created {
  if (answer.outcome !== 'CREATED') throw new Error(`Not created: ${JSON.stringify(answer)}`);
  return answer;
}
