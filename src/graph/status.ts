import type { StateCounts } from '../model/fold.ts';
import type { ComputeNodeStatus, Label, NativeRef, RawState, Resources, Status } from '../model/records.ts';
import { STATES } from '../model/state.ts';
import type { EpochMs } from '../model/time.ts';
import { builder } from './builder.ts';
import { ComputeNodeStateEnum, ConfidenceEnum, DesiredEnum, ReasonEnum, StateEnum } from './enums.ts';

const RawStateType = builder.objectRef<RawState>('RawState').implement({
  description: 'The provider’s own word for a state, untouched.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The word, or the number, as the provider sent it.' }),
    detail: t.exposeString('detail', {
      nullable: true,
      description: 'What stood beside it, such as a previous or a desired state. Null when nothing did.',
    }),
    field: t.exposeString('field', {
      description: 'The member of the provider’s answer that it was read from.',
    }),
  }),
});

const StateCountType = builder
  .objectRef<{ state: (typeof STATES)[number]; count: number }>('StateCount')
  .implement({
    description: 'How many parts of a whole are in one state.',
    fields: (t) => ({
      state: t.field({ type: StateEnum, description: 'The state.', resolve: (row) => row.state }),
      count: t.exposeInt('count', { description: 'How many parts are in it; at least 1.' }),
    }),
  });

function countRows(counts: StateCounts) {
  return STATES.flatMap((state) => {
    const count = counts[state];
    return count === undefined ? [] : [{ state, count }];
  });
}

/** A status with the time of the answer it was read from. */
export interface ObservedStatus {
  readonly status: Status;
  readonly observedAt: EpochMs;
}

export const StatusType = builder.objectRef<ObservedStatus>('Status').implement({
  description: 'What is known about the state of a piece of work.',
  fields: (t) => ({
    state: t.field({ type: StateEnum, description: 'The state.', resolve: (row) => row.status.state }),
    reason: t.field({
      type: ReasonEnum,
      nullable: true,
      description: 'Why it waits, failed or ended. Null when the provider gives no ground for one.',
      resolve: (row) => row.status.reason,
    }),
    message: t.string({
      nullable: true,
      description: 'The provider’s words, for people. Null when it has none.',
      resolve: (row) => row.status.message,
    }),
    raw: t.field({
      type: RawStateType,
      description: 'The provider’s own word.',
      resolve: (row) => row.status.raw,
    }),
    desired: t.field({
      type: DesiredEnum,
      nullable: true,
      description: 'What the provider was asked to bring about. Null where it does not say.',
      resolve: (row) => row.status.desired,
    }),
    degraded: t.boolean({
      description: 'It runs, but not as well as specified.',
      resolve: (row) => row.status.degraded,
    }),
    counts: t.field({
      type: [StateCountType],
      nullable: true,
      description: 'How many parts are in each state. Null when the provider did not tell with this answer.',
      resolve: (row) => (row.status.counts === null ? null : countRows(row.status.counts)),
    }),
    confidence: t.field({
      type: ConfidenceEnum,
      description: 'How the state was learned.',
      resolve: (row) => row.status.confidence,
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the state began, by the provider’s clock. Null when it does not say.',
      resolve: (row) => row.status.since,
    }),
    observedAt: t.field({
      type: 'DateTime',
      description: 'When the gateway received the answer that this was read from, by its own clock.',
      resolve: (row) => row.observedAt,
    }),
  }),
});

export const ComputeNodeStatusType = builder
  .objectRef<{ status: ComputeNodeStatus; observedAt: EpochMs }>('ComputeNodeStatus')
  .implement({
    description: 'What is known about the state of a compute node.',
    fields: (t) => ({
      state: t.field({
        type: ComputeNodeStateEnum,
        description: 'Whether it can take work.',
        resolve: (row) => row.status.state,
      }),
      message: t.string({
        nullable: true,
        description: 'The provider’s words, for people. Null when it has none.',
        resolve: (row) => row.status.message,
      }),
      raw: t.field({
        type: RawStateType,
        description: 'The provider’s own word.',
        resolve: (row) => row.status.raw,
      }),
      since: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the state began, by the provider’s clock. Null when it does not say.',
        resolve: (row) => row.status.since,
      }),
      observedAt: t.field({
        type: 'DateTime',
        description: 'When the gateway received the answer that this was read from, by its own clock.',
        resolve: (row) => row.observedAt,
      }),
    }),
  });

export const LabelType = builder.objectRef<Label>('Label').implement({
  description: 'A mark that users or operators put on an object.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its name; for a bare tag, the tag.' }),
    value: t.exposeString('value', { nullable: true, description: 'Its value. Null for a bare tag.' }),
  }),
});

export const NativeRefType = builder.objectRef<NativeRef & { providerKey: string }>('NativeRef').implement({
  description:
    'How the provider itself names an object. Use this in its own tools; never take an `id` apart.',
  fields: (t) => ({
    providerKey: t.exposeString('providerKey', { description: 'The key of the provider.' }),
    type: t.exposeString('type', { description: 'The provider’s word for this kind of object.' }),
    nativeId: t.exposeString('id', { description: 'The provider’s id.' }),
  }),
});

export const ResourcesType = builder.objectRef<Resources>('Resources').implement({
  description: 'Amounts of compute. Null means that the provider does not say, 0 means none.',
  fields: (t) => ({
    cpuMillis: t.exposeInt('cpuMillis', { nullable: true, description: 'CPU in thousandths of a core.' }),
    cpuCores: t.float({
      nullable: true,
      description: 'CPU in cores: `cpuMillis` divided by 1000.',
      resolve: (row) => (row.cpuMillis === null ? null : row.cpuMillis / 1000),
    }),
    memoryBytes: t.expose('memoryBytes', { type: 'Bytes', nullable: true, description: 'Memory in bytes.' }),
    diskBytes: t.expose('diskBytes', { type: 'Bytes', nullable: true, description: 'Disk space in bytes.' }),
    gpuMillis: t.exposeInt('gpuMillis', { nullable: true, description: 'GPUs in thousandths of one.' }),
    gpus: t.float({
      nullable: true,
      description: 'GPUs: `gpuMillis` divided by 1000.',
      resolve: (row) => (row.gpuMillis === null ? null : row.gpuMillis / 1000),
    }),
  }),
});
