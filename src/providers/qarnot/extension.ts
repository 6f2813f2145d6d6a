/** How a task is paid for and placed, in Qarnot's words. */
export const QARNOT_SCHEDULING_TYPES = ['FLEX', 'ON_DEMAND', 'RESERVED'] as const;
export type QarnotSchedulingType = (typeof QARNOT_SCHEDULING_TYPES)[number];

export interface QarnotKeyValue {
  readonly key: string;
  readonly value: string;
}

/** What a submission to Qarnot may say beside the neutral specification. Absent, null and empty mean "not asked for". */
export interface QarnotExtension {
  /** The profile that runs the task, such as "docker-batch". Not together with `spec.app` or `poolUuid`. */
  readonly profile?: string | null | undefined;
  /** The open pool to run in. It brings the profile and the machines. Not together with `jobUuid`. */
  readonly poolUuid?: string | null | undefined;
  /** The active Qarnot job to put the task into. The task has that job then, and none of its own. */
  readonly jobUuid?: string | null | undefined;
  /** Parameters of the profile. Containers see them as environment variables. Values may be secrets. */
  readonly constants?: readonly QarnotKeyValue[] | null | undefined;
  /** Legacy placement constraints, as the official clients still send them. Their vocabulary is not documented. */
  readonly constraints?: readonly QarnotKeyValue[] | null | undefined;
  /** The account's default when it is not given. */
  readonly schedulingType?: QarnotSchedulingType | null | undefined;
  /** The kind of reserved machine. Only with RESERVED. */
  readonly reservedMachineKey?: string | null | undefined;
  /** The ids of the instances, such as "0-2,4-5,17". Not together with `spec.count`. */
  readonly advancedRanges?: string | null | undefined;
  /** A regular expression: result files that match are not kept. */
  readonly resultsBlacklist?: string | null | undefined;
  /** How long the task is kept after its end, in milliseconds. */
  readonly completionTimeToLiveMs?: number | null | undefined;
  /** Whether the ended task may be deleted when the account's quota of tasks is reached. */
  readonly autoDelete?: boolean | null | undefined;
  /** Uuids of tasks of the same Qarnot job that must end first. Only with `jobUuid`. */
  readonly dependsOn?: readonly string[] | null | undefined;
}
