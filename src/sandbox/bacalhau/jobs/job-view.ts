/** A job as the wire shows it. */
import type { SimExecution, SimJob } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { goMap, goMapOrNothing } from '../wire/go-json.ts';
import { wireJobId } from '../wire/ids.ts';
import { jobCreateNanos, jobModifyNanos, skewed } from '../wire/nanos.ts';
import type { StoredSpec } from './ledger.ts';
import type { SpecConfig, TaskSpec } from './spec.ts';
import { stateMessage } from './state-message.ts';
import type { JobTransition } from './transitions.ts';
import { lastTransition, runsEverywhere, transitionsOf } from './transitions.ts';
import { specOf } from './world-spec.ts';

/** The wire's Job in its newest version, or as last seen in an older one; undefined for a version that never was. */
export function viewJob(scope: Scope, job: SimJob, version = job.version): WireJob | undefined {
  const seen = lastTransition(job, version);
  return seen === undefined ? undefined : viewJobAt(scope, job, seen);
}

/**
 * The job as it was when an execution was scheduled: what its record embeds, stale on purpose. The plan that makes an
 * ops or daemon job Running is the one that makes its executions, which therefore still show it Pending.
 */
export function viewJobSnapshot(
  scope: Scope,
  job: SimJob,
  { version, attempt }: SimExecution,
  eventSeq: number,
): unknown {
  const ofVersion = transitionsOf(job).filter((transition) => transition.version === version);
  const [first] = ofVersion;
  const isFirstPlan = runsEverywhere(job) && attempt === 1;
  const before = ofVersion.findLast((transition) => transition.eventSeq < eventSeq);
  const seen = isFirstPlan ? first : (before ?? first);
  return seen === undefined ? undefined : viewJobAt(scope, job, seen);
}

function viewJobAt(scope: Scope, job: SimJob, seen: JobTransition): WireJob {
  const message = stateMessage(scope, job, seen);
  return {
    ID: wireJobId(job.id),
    ...viewSpec(specOf(scope, job, seen.version)),
    State: { StateType: seen.state, Message: message === '' ? undefined : message },
    // Before 1.8 a job has one version, which is 0.
    Version: scope.release.versionedJobs ? seen.version : 0,
    Revision: seen.revision,
    CreateTime: skewed(jobCreateNanos(job), scope.skewMs),
    ModifyTime: skewed(jobModifyNanos(job, seen), scope.skewMs),
  };
}

/** Every key that the server writes; absent ones are undefined. */
export type WireJob = Readonly<Record<string, unknown>>;

function viewSpec(spec: StoredSpec): Readonly<Record<string, unknown>> {
  return {
    Name: spec.Name,
    Namespace: spec.Namespace,
    Type: spec.Type,
    Priority: spec.Priority,
    Count: spec.Count,
    Constraints: spec.Constraints,
    Meta: goMap(spec.Meta),
    Labels: goMap(spec.Labels),
    Tasks: spec.Tasks.map(viewTask),
  };
}

function viewTask(task: TaskSpec): unknown {
  const { CPU, Memory, Disk, GPU } = task.Resources;
  const { Type, Domains, Ports } = task.Network;
  const { ExecutionTimeout, QueueTimeout, TotalTimeout } = task.Timeouts;
  return {
    Name: task.Name,
    Engine: viewSpecConfig(task.Engine),
    Publisher: viewSpecConfig(task.Publisher),
    Env: goMapOrNothing(task.Env),
    Meta: goMapOrNothing(task.Meta),
    InputSources: orNothing(
      task.InputSources.map((input) => ({ ...input, Source: viewSpecConfig(input.Source) })),
    ),
    ResultPaths: orNothing(task.ResultPaths),
    Resources: {
      CPU: CPU || undefined,
      Memory: Memory || undefined,
      Disk: Disk || undefined,
      GPU: GPU || undefined,
    },
    Network: {
      Type,
      Domains: orNothing(Domains),
      Ports: orNothing(
        Ports.map((port) => ({
          Name: port.Name,
          Static: port.Static || undefined,
          Target: port.Target || undefined,
          HostNetwork: port.HostNetwork || undefined,
        })),
      ),
    },
    Timeouts: {
      ExecutionTimeout: ExecutionTimeout || undefined,
      QueueTimeout: QueueTimeout || undefined,
      TotalTimeout: TotalTimeout || undefined,
    },
  };
}

export function viewSpecConfig(config: SpecConfig): unknown {
  return { Type: config.Type, Params: goMapOrNothing(config.Params) };
}

function orNothing<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
