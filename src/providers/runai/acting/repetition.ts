import type { JobSpec } from '../../../model/job-spec.ts';
import { MAX_INT } from '../../reading.ts';
import { FRAMEWORKS, type RunaiDistributed, type RunaiExtension } from '../extension.ts';
import type { Json } from './draft.ts';
import type { TypedKind } from './typed-kind.ts';
import type { Verdicts } from '../../verdicts.ts';
import { inExtension } from './own-path.ts';

/** The service's own limit, where nothing is said. */
const DEFAULT_RETRIES = 6;

/** How often and how long it runs. */
export function repetitionOf(
  spec: JobSpec,
  extension: RunaiExtension,
  kind: TypedKind,
  verdicts: Verdicts,
): Json {
  const { executionTimeoutMs, queueTimeoutMs, maxRetries } = spec;
  if (executionTimeoutMs !== null) {
    verdicts.refused(['spec', 'executionTimeoutMs'], 'Run:ai ends nothing after a time of its own: put a limit into the command, or on the project.'); // prettier-ignore
  }
  if (queueTimeoutMs !== null) verdicts.refused(['spec', 'queueTimeoutMs'], 'In Run:ai work waits for as long as it takes.'); // prettier-ignore
  const service = kind === 'inferences';
  if (maxRetries !== null) judgeRetries(spec, service, verdicts);
  else if (!service) {
    verdicts.notes.push(`Run:ai tries failed work again, up to ${String(DEFAULT_RETRIES)} times unless its administrators or maxRetries say otherwise.`); // prettier-ignore
  }
  const retries = service ? undefined : (maxRetries ?? undefined);
  return { backoffLimit: retries, ...countOf(spec.count, extension.distributed ?? null, kind, verdicts) };
}

function judgeRetries({ count }: JobSpec, service: boolean, verdicts: Verdicts): void {
  const path = ['spec', 'maxRetries'];
  if (service) verdicts.ignored(path, 'A service is started again for as long as it is there.');
  else if ((count ?? 1) > 1) verdicts.translated(path, 'Of the workload as a whole, not of each index.');
  else verdicts.honoured(path);
}

function countOf(
  count: number | null,
  distributed: RunaiDistributed | null,
  kind: TypedKind,
  verdicts: Verdicts,
): Json {
  const path = ['spec', 'count'];
  const workers = distributed?.workers ?? null;
  if (count === null) return kind === 'distributed' ? { numWorkers: workers ?? 1 } : {};
  if (count < 1) {
    verdicts.refused(path, 'There is at least one.');
    return {};
  }
  switch (kind) {
    case 'distributed':
      if (workers !== null && workers !== count)
        verdicts.refused(path, 'The extension says another number of workers.'); // prettier-ignore
      else verdicts.translated(path, 'The number of workers.');
      return { numWorkers: count };
    case 'inferences':
      verdicts.translated(path, 'So many replicas are kept, no more and no less.');
      return { autoscaling: { minReplicas: count, maxReplicas: count } };
    case 'trainings':
      if (count === 1) verdicts.honoured(path);
      else
        verdicts.translated(
          path,
          'So many pods run at a time and have to succeed; none of them is told its index.',
        );
      return { parallelism: count, completions: count };
    default:
      verdicts.judge(path, count === 1 ? null : 'There is one of a workspace.');
      return {};
  }
}

/** What stands beside the specification of a distributed training, and the part of it that only such a one has. */
export function distributedOf(
  distributed: RunaiDistributed,
  kind: TypedKind,
  verdicts: Verdicts,
): { readonly beside: Json; readonly spec: Json } {
  const { framework, workers, master } = distributed;
  verdicts.judge(inExtension('distributed', 'framework'), distributedObjection(distributed, kind));
  if (workers != null) {
    const fits = Number.isInteger(workers) && workers >= 1 && workers <= MAX_INT;
    verdicts.judge(inExtension('distributed', 'workers'), fits ? null : 'There is at least one worker.');
  }
  if (master != null) verdicts.honoured(inExtension('distributed', 'master'));
  return {
    beside: { masterSpecSameAsWorker: master ?? undefined },
    spec: { distributedFramework: framework },
  };
}

function distributedObjection({ framework }: RunaiDistributed, kind: TypedKind): string | null {
  if (kind !== 'distributed') return 'Only batch jobs are distributed.';
  return FRAMEWORKS.includes(framework) ? null : `One of ${FRAMEWORKS.join(', ')}.`;
}
