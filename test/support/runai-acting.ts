/** The acting half of the Run:ai adapter over an emulator on a loopback socket. Time is the test's, but for timeouts. */
import { onTestFinished } from 'vitest';
import type { Action } from '../../src/model/actions.ts';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { epochMs } from '../../src/model/time.ts';
import type {
  ActingCalls,
  ActionAnswer,
  FindAnswer,
  SubmissionStamp,
  SubmitAnswer,
  SubmitRequest,
} from '../../src/providers/acting.ts';
import { DEFAULT_ORDER, type ProviderAdapter } from '../../src/providers/provider.ts';
import type { RunaiExtension } from '../../src/providers/runai/extension.ts';
import { runai } from '../../src/providers/runai/index.ts';
import { bearerCredential } from '../../src/upstream/credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { startRunaiRig, type RigOptions, type RunaiRig } from './runai-client.ts';
import { callContext } from './runai-service.ts';
import { jobSpec } from './job-spec.ts';

export const STAMP: SubmissionStamp = { id: 'abcdefghijklmnopqrstuvwx23', specHash: '0123456789abcdef' };
/** How names end that were made with the stamp. */
export const ENDING = `-${STAMP.id.slice(0, 16)}`;

export const NO_RESOURCES: JobSpec['resources'] = {
  cpuMillis: null,
  memoryBytes: null,
  diskBytes: null,
  gpuMillis: null,
  gpuModel: null,
};

export function specOf(more: Partial<JobSpec> = {}): JobSpec {
  return jobSpec({ name: 'Segment', image: 'acme/seg:6', command: ['sleep', '20'], ...more });
}

/** A request to the project "33", unless told otherwise. */
export function requestOf(
  spec: Partial<JobSpec> = {},
  extension: RunaiExtension | null = null,
  project: NativeKey | null = '33' as NativeKey,
): SubmitRequest {
  return { spec: specOf(spec), project, extension };
}

export interface ActingRig {
  readonly rig: RunaiRig;
  readonly adapter: ProviderAdapter;
  readonly acting: ActingCalls;
  readonly project: NativeKey;
  request(spec?: Partial<JobSpec>, extension?: RunaiExtension | null): SubmitRequest;
  submit(
    spec?: Partial<JobSpec>,
    extension?: RunaiExtension | null,
    stamp?: SubmissionStamp,
  ): Promise<SubmitAnswer>;
  /** Submits, and moves on until lists show it. */
  job(spec?: Partial<JobSpec>, extension?: RunaiExtension | null): Promise<JobRecord>;
  find(name?: string, stamp?: SubmissionStamp): Promise<FindAnswer>;
  /** Reads a job, acts on it, and answers for it. */
  act(action: Exclude<Action, 'RERUN'>, ...jobs: readonly JobRecord[]): Promise<readonly ActionAnswer[]>;
  read(key: NativeKey): Promise<JobRecord | undefined>;
  list(): Promise<readonly JobRecord[]>;
  /** How many calls were received whose "METHOD /path" holds the text. */
  callsOf(text: string): number;
}

/** A stamp of its own for every number. */
export function stampOf(n: number): SubmissionStamp {
  const letters = n.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(16, 'a');
  return { id: `${letters}cccccccccc`, specHash: n.toString(16).padStart(16, '0') };
}

export async function startActing(
  settings: Record<string, unknown> = {},
  options: RigOptions & { readonly timeoutMs?: number } = {},
): Promise<ActingRig> {
  const { timeoutMs = 5_000, ...rigOptions } = options;
  const rig = await startRunaiRig({ tokenLifetimeMs: 365 * 86_400_000, ...rigOptions });
  const provider = 'r' as ProviderKey;
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider,
      baseUrl: new URL(rig.emulator.url),
      credential: bearerCredential(await rig.token()),
      timeoutMs,
      rate: { perSecond: 100_000, burst: 100_000 },
      retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
      breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: 1_000, windowSize: 2_000 },
    },
    { clock: rig.clock },
  );
  onTestFinished(() => upstream.close());
  const adapter = runai.create({ provider, upstream, settings: runai.settingsSchema.parse(settings), clock: rig.clock }); // prettier-ignore
  const acting = adapter.acting!;
  const project = (await rig.projectId()) as NativeKey;
  rig.emulator.resetCalls();
  const ctx = () => ({ ...callContext(), deadlineAt: epochMs(rig.clock.now() + 60_000) });
  let serial = 0;
  const self: ActingRig = {
    rig,
    adapter,
    acting,
    project,
    request: (spec, extension = null) => requestOf(spec, extension, project),
    submit: (spec, extension, stamp = STAMP) => acting.submit(self.request(spec, extension), stamp, ctx()),
    job: async (spec, extension) => {
      serial += 1;
      const answer = await self.submit(spec, extension, stampOf(serial));
      if (answer.outcome !== 'CREATED') throw new Error(`Not created: ${JSON.stringify(answer)}`);
      rig.pass(3_000);
      return (await self.read(answer.records[0]!.key))!;
    },
    find: (name = 'Segment', stamp = STAMP) =>
      acting.find({ stamp, name, project, rerunOf: null, sentAt: epochMs(rig.clock.now()) }, ctx()),
    act: async (action, ...jobs) => {
      const targets = jobs.map((record) => ({ record, reason: null }));
      const answers = await acting.act(action, targets, ctx());
      return jobs.map(({ key }) => answers.get(key)!);
    },
    read: async (key) => {
      const { found } = await adapter.get('job', [key], ctx());
      return found.get(key);
    },
    list: async () => {
      const query = { after: null, limit: 50, filter: {}, order: DEFAULT_ORDER.job };
      return (await adapter.list('job', query, ctx())).rows.map(({ record }) => record);
    },
    callsOf: (text) =>
      rig.emulator.calls.filter(({ method, path }) => `${method} ${path}`.includes(text)).length,
  };
  return self;
}
