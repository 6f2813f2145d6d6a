/** The Qarnot adapter over its real client and the emulator: what its acting tests share. */
import { onTestFinished } from 'vitest';
import type { JobSpec } from '../../src/model/job-spec.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { epochMs, systemClock } from '../../src/model/time.ts';
import type {
  ActingCalls,
  SubmissionStamp,
  SubmitAnswer,
  SubmitRequest,
} from '../../src/providers/acting.ts';
import type { ProviderAdapter } from '../../src/providers/provider.ts';
import type { QarnotExtension } from '../../src/providers/qarnot/extension.ts';
import { qarnot } from '../../src/providers/qarnot/index.ts';
import type { QarnotSettings } from '../../src/providers/qarnot/settings.ts';
import { SANDBOX_TOKEN } from '../../src/sandbox/qarnot/emulator.ts';
import { headerCredential } from '../../src/upstream/credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import type { UpstreamOptions } from '../../src/upstream/types.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { startClient, type Client, type ClientOptions } from './qarnot-client.ts';
import { PROVIDER } from './upstream-calls.ts';
import { jobSpec } from './job-spec.ts';

const NOTHING = jobSpec();

export interface Asked {
  readonly spec?: Partial<Omit<JobSpec, 'resources'>> & {
    readonly resources?: Partial<JobSpec['resources']>;
  };
  readonly project?: SubmitRequest['project'];
  readonly extension?: QarnotExtension | null;
}

/** A request that asks for what is given, and for nothing else. */
export function requestOf({ spec = {}, project = null, extension = null }: Asked = {}): SubmitRequest {
  const resources = { ...NOTHING.resources, ...spec.resources };
  return { spec: { ...NOTHING, ...spec, resources }, project, extension };
}

export const ECHO: Asked = { spec: { image: 'alpine:3.20', args: ['echo', 'hello world'] } };

export function stampNo(nth: number, specHash = '0123456789abcdef'): SubmissionStamp {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const id = nth
    .toString()
    .padStart(12, '0')
    .padEnd(26, '0')
    .replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? '');
  return { id, specHash };
}

export interface ActingRig {
  readonly client: Client;
  readonly adapter: ProviderAdapter;
  readonly acting: ActingCalls;
}

export interface RigOptions extends ClientOptions {
  readonly settings?: Partial<QarnotSettings>;
  readonly upstream?: Partial<UpstreamOptions>;
}

/** An adapter over a fresh emulator; both end with the test. */
export async function actingRig({
  settings = {},
  upstream: over = {},
  ...options
}: RigOptions = {}): Promise<ActingRig> {
  const client = await startClient(options);
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider: PROVIDER,
      baseUrl: new URL(client.emulator.url),
      credential: headerCredential('authorization', SANDBOX_TOKEN),
      rate: { perSecond: 10_000, burst: 10_000 },
      ...over,
    },
    { clock: systemClock, random: () => 0 },
  );
  onTestFinished(() => upstream.close());
  const adapter = qarnot.create({
    provider: PROVIDER,
    upstream,
    settings: qarnot.settingsSchema.parse(settings),
    clock: systemClock,
  });
  if (adapter.acting === undefined) throw new Error('The adapter cannot act.');
  return { client, adapter, acting: adapter.acting };
}

/** The one record of an answer that must be CREATED. */
export function createdJob(answer: SubmitAnswer): JobRecord {
  if (answer.outcome !== 'CREATED') throw new Error(`Expected CREATED: ${JSON.stringify(answer)}`);
  const [record] = answer.records;
  if (record === undefined) throw new Error('CREATED without a record.');
  return record;
}

export function findTarget(stamp: SubmissionStamp, rerunOf: JobRecord | null = null) {
  return {
    stamp,
    name: 'probe',
    project: null,
    rerunOf: rerunOf === null ? null : { key: rerunOf.key, generation: rerunOf.generation },
    sentAt: epochMs(Date.now()),
  };
}
