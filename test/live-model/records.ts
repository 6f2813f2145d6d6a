import { isTerminal, type State } from '../../src/model/state.ts';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { ComputeNodeRecord, ComputeNodeState, JobRecord, Label } from '../../src/model/records.ts';
import { epochMs, type EpochMs } from '../../src/model/time.ts';
import type { ChangeEvent, CorrectionEvent, TombstoneEvent, WatchedRecord } from '../../src/live/event.ts';

export function at(ms: number): EpochMs {
  return epochMs(ms);
}

export function provider(name: string): ProviderKey {
  return name as ProviderKey;
}

export interface JobTraits {
  readonly provider?: string;
  readonly state?: State;
  readonly generation?: number;
  readonly revision?: number;
  readonly labels?: readonly Label[];
}

export function job(key: string, traits: JobTraits = {}): JobRecord {
  const state = traits.state ?? 'QUEUED';
  return {
    kind: 'job',
    provider: provider(traits.provider ?? 'a'),
    key: key as NativeKey,
    nativeRef: { type: 'job', id: key },
    name: key,
    observedAt: at(0),
    status: {
      state,
      reason: null,
      message: null,
      raw: { value: state, detail: null, field: 'state' },
      desired: null,
      degraded: false,
      counts: null,
      confidence: 'REPORTED',
      since: null,
    },
    generation: traits.generation ?? 1,
    revision: traits.revision ?? 1,
    createdAt: at(1),
    startedAt: null,
    endedAt: isTerminal(state) ? at(2) : null,
    jobKind: 'BATCH',
    origin: 'NATIVE',
    projectKey: null,
    labels: traits.labels ?? [],
    priority: null,
    tasks: null,
  };
}

export function computeNode(key: string, state: ComputeNodeState, owner = 'a'): ComputeNodeRecord {
  const resources = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };
  return {
    kind: 'computeNode',
    provider: provider(owner),
    key: key as NativeKey,
    nativeRef: { type: 'node', id: key },
    name: key,
    observedAt: at(0),
    nodeKind: 'MACHINE',
    parentKey: null,
    projectKey: null,
    status: { state, message: null, raw: { value: state, detail: null, field: 'state' }, since: null },
    createdAt: null,
    capacity: resources,
    allocated: resources,
    available: resources,
    gpus: [],
    labels: [],
    cpuModel: null,
    runningExecutions: null,
    queuedExecutions: null,
  };
}

interface Noticed {
  readonly observedAt?: number;
  readonly reopened?: boolean;
}

function about(record: WatchedRecord, noticed: Noticed) {
  return {
    provider: record.provider,
    kind: record.kind,
    key: record.key,
    occurredAt: null,
    observedAt: at(noticed.observedAt ?? 0),
    sourceMode: 'POLL',
    generation: 'generation' in record ? record.generation : 1,
  } as const;
}

export function changed(
  before: WatchedRecord | null,
  record: WatchedRecord,
  noticed: Noticed = {},
): ChangeEvent {
  return { ...about(record, noticed), type: 'CHANGE', record, before, skipped: false, reopened: noticed.reopened ?? false }; // prettier-ignore
}

export function corrected(
  before: WatchedRecord,
  record: WatchedRecord,
  noticed: Noticed = {},
): CorrectionEvent {
  return { ...about(record, noticed), type: 'CORRECTION', record, before };
}

export function gone(before: WatchedRecord, noticed: Noticed = {}): TombstoneEvent {
  return { ...about(before, noticed), type: 'TOMBSTONE', before };
}
