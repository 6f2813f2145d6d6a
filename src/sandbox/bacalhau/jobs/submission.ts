/** What the server does to a submitted job before it stores it: normalise, sanitise with warnings, apply defaults. */
import type { GoStruct } from '../wire/body.ts';
import type { Release } from '../wire/release.ts';
import type { JobSpec, TaskSpec } from './spec.ts';

export interface Sanitised {
  readonly spec: JobSpec;
  readonly warnings: readonly string[];
}

const RESERVED_META = 'bacalhau.org/';

/** Fills the default namespace, lower-cases resource strings. Names and namespaces keep their blanks. */
export function normalise(spec: JobSpec): JobSpec {
  return {
    ...spec,
    Namespace: spec.Namespace === '' ? 'default' : spec.Namespace,
    Tasks: spec.Tasks.map(normaliseTask),
  };
}

function normaliseTask(task: TaskSpec): TaskSpec {
  const { CPU, Memory, Disk, GPU } = task.Resources;
  return {
    ...task,
    Engine: { ...task.Engine, Type: task.Engine.Type.trim() },
    Publisher: { ...task.Publisher, Type: task.Publisher.Type.trim() },
    Resources: { CPU: compact(CPU), Memory: compact(Memory), Disk: compact(Disk), GPU: compact(GPU) },
    Network: {
      ...task.Network,
      Domains: task.Network.Domains.map((domain) => domain.trim().toLowerCase()),
    },
  };
}

function compact(quantity: string): string {
  return quantity.toLowerCase().replaceAll(' ', '');
}

/** Drops what clients may not set, and says so. `raw` is the job as sent: its presence of fields decides. */
export function sanitise(spec: JobSpec, raw: GoStruct): Sanitised {
  const warnings: string[] = [];
  const shortLived = spec.Type === 'batch' || spec.Type === 'ops';
  for (const [field, words] of RESET) {
    if (isSet(raw, field)) warnings.push(`job ${words} is ignored when submitting a job`);
  }
  let { ID, Name } = spec;
  if (ID !== '' && shortLived) {
    // A job that reused its ID as its name keeps that name, because the transform that names it runs before this one.
    if (Name === '') Name = ID;
    ID = '';
    // It says so for ops jobs, too.
    warnings.push('job ID is ignored when submitting a batch job');
  }
  if (spec.Tasks.length > 1) warnings.push('only one task is supported per job');
  const reserved = Object.keys(spec.Meta).filter((key) => key.startsWith(RESERVED_META));
  for (const key of reserved) warnings.push(`job meta key "${key}" is reserved and will be ignored`);
  const Meta = Object.fromEntries(
    Object.entries(spec.Meta).filter(([key]) => !key.startsWith(RESERVED_META)),
  );
  return { spec: { ...spec, ID, Name, Meta, Tasks: spec.Tasks.slice(0, 1) }, warnings };
}

const RESET = [
  ['State', 'state'],
  ['Revision', 'revision'],
  ['Version', 'version'],
  ['CreateTime', 'create time'],
  ['ModifyTime', 'modify time'],
] as const;

function isSet(raw: GoStruct, field: string): boolean {
  if (!raw.has(field)) return false;
  if (field === 'State') return raw.struct('State')?.string('StateType') !== '';
  return raw.integer(field) !== 0;
}

export interface Stamp {
  /** The ID a job gets that brings none. */
  readonly newId: string;
  /** Orchestrator and client identities, all under `bacalhau.org/`. */
  readonly meta: Readonly<Record<string, string>>;
}

/** ID, name, count, resources and network as the server fills them; the result has every default. */
export function applyDefaults(
  spec: JobSpec,
  release: Release,
  stamp: Stamp,
): JobSpec & { readonly Count: number } {
  const ID = spec.ID === '' ? stamp.newId : spec.ID;
  const everywhere = spec.Type === 'ops' || spec.Type === 'daemon';
  const counted = release.partitions ? (everywhere ? 0 : (spec.Count ?? 1)) : (spec.Count ?? 0);
  return {
    ...spec,
    ID,
    Name: spec.Name === '' ? ID : spec.Name,
    // Before 1.7 an absent count stayed 0 for batch and service, and was forced to 1 for the others.
    Count: release.partitions || !everywhere ? counted : 1,
    Meta: { ...spec.Meta, ...stamp.meta },
    Tasks: spec.Tasks.map((task) => ({
      ...task,
      Resources: {
        ...task.Resources,
        CPU: task.Resources.CPU || '500m',
        Memory: task.Resources.Memory || '512mb',
      },
      Network: {
        ...task.Network,
        // "Default" is written by 1.7 and later; before, None was the default.
        Type: task.Network.Type || (release.partitions ? 'Default' : 'None'),
      },
    })),
  };
}
