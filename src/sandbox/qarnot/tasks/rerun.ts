import type { Installation, Moment } from '../store/installation.ts';
import type { JsonObject } from '../wire/json.ts';
import { refusal } from '../wire/replies.ts';
import { rangeText } from '../wire/scalars.ts';
import { createTask } from './create.ts';
import type { Task } from './facts.ts';
import { partsOf } from './parts.ts';
import type { PartPhase } from '../status/part.ts';

/** The four ways to make a new task of an old one, and which of its instances each takes; null for all. */
export const RERUNS = {
  retry: ['failure'],
  resume: ['cancelled'],
  recover: ['failure', 'cancelled'],
  clone: null,
} as const satisfies Record<string, readonly PartPhase[] | null>;

export type RerunKind = keyof typeof RERUNS;

// The instances are the source's, and so is the pool: these fields are not taken from the request.
const NOT_TAKEN = {
  rerun: ['poolUuid', 'instanceCount', 'advancedRanges'],
  clone: ['poolUuid'],
} as const;

/** Makes a new task; whatever the request does not give is inherited. The source is left as it is. */
export function rerunTask(
  installation: Installation,
  task: Task,
  kind: RerunKind,
  request: JsonObject,
  { now }: Moment,
): string {
  const phases: readonly PartPhase[] | null = RERUNS[kind];
  const ignored: readonly string[] = NOT_TAKEN[phases === null ? 'clone' : 'rerun'];
  const changes = Object.entries(request).filter(
    ([key, value]) => value !== null && value !== undefined && !ignored.includes(key),
  );
  const { facts } = task;
  const inherited: JsonObject = {
    ...facts.fields,
    // A shortname is unique: the new task has its own or none.
    shortname: null,
    jobUuid: facts.jobUuid,
    // A job's pool is inherited through the job, and naming both is an error.
    poolUuid: facts.jobUuid === null ? facts.poolUuid : null,
    projectUuid: facts.projectUuid,
  };
  const fields = { ...inherited, ...Object.fromEntries(changes) };
  if (phases === null) {
    // A count in the request replaces explicit ids of the source.
    const counted =
      (request['instanceCount'] ?? null) !== null && (request['advancedRanges'] ?? null) === null;
    return createTask(installation, counted ? { ...fields, advancedRanges: null } : fields, now);
  }
  const ids = partsOf(installation.site, task.job, facts, now)
    .filter(({ phase }) => phases.includes(phase))
    .map(({ instanceId }) => instanceId);
  // What the service says to this is unverified.
  if (ids.length === 0) throw refusal(400, `The task has no instance to ${kind}: ${facts.uuid}`);
  return createTask(installation, { ...fields, instanceCount: null, advancedRanges: rangeText(ids) }, now);
}
