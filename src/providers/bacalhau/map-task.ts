import type { JobRecord, Resources, TaskRecord } from '../../model/records.ts';
import { millis, parseByteSize, parseCpuQuantity } from '../../model/units.ts';
import { countOf, numberOf, textOf, textsOf, wireOf, type Wire } from '../reading.ts';
import { taskKey } from './keys.ts';

/** Requested amounts are texts: a Kubernetes CPU quantity, humanised bytes, a whole number of GPUs. */
function requestedResources(value: unknown): Resources {
  const { CPU: cpu, Memory: memory, Disk: disk, GPU: gpu } = wireOf(value);
  return {
    cpuMillis: parseCpuQuantity(textOf(cpu) ?? ''),
    memoryBytes: parseByteSize(textOf(memory) ?? ''),
    diskBytes: parseByteSize(textOf(disk) ?? ''),
    gpuMillis: millis(numberOf(gpu)),
  };
}

interface Engine {
  readonly engine: string | null;
  readonly image: string | null;
  readonly command: readonly string[];
  readonly environmentNames: readonly string[];
}

/**
 * What runs. Engine types are matched in any letter case, as the server does; an engine that is not known keeps its
 * own word. For wasm the "image" is the module: before 1.7 it was an embedded input source, which has no name.
 */
function engineOf(spec: Wire): Engine {
  const engine = textOf(spec['Type']);
  const params = wireOf(spec['Params']);
  switch (engine?.toLowerCase()) {
    case 'docker':
      return {
        engine: 'docker',
        image: textOf(params['Image']),
        command: [...textsOf(params['Entrypoint']), ...textsOf(params['Parameters'])],
        environmentNames: textsOf(params['EnvironmentVariables']).map((pair) => pair.split('=', 1)[0] ?? ''),
      };
    case 'wasm':
      return {
        engine: 'wasm',
        image: textOf(params['EntryModule']),
        command: textsOf(params['Parameters']),
        environmentNames: [],
      };
    default:
      return { engine, image: null, command: [], environmentNames: [] };
  }
}

/** `Timeouts.ExecutionTimeout` is in seconds; 0 and absent mean no limit. */
function timeoutOf(value: unknown): number | null {
  const seconds = numberOf(wireOf(value)['ExecutionTimeout']);
  const ms = Math.round((seconds ?? 0) * 1000);
  return ms > 0 && Number.isSafeInteger(ms) ? ms : null;
}

/** `ops` and `daemon` jobs run once on every matching node: they have no count. */
function instancesOf(row: Wire, job: JobRecord): number | null {
  if (job.jobKind === 'OPS' || job.jobKind === 'DAEMON') return null;
  return countOf(row['Count']);
}

/** The one task of a job. It has no state, times, labels or revision of its own: the job's are its own. */
export function mapTask(task: Wire, row: Wire, job: JobRecord): TaskRecord {
  const { engine, image, command, environmentNames } = engineOf(wireOf(task['Engine']));
  const names = [...Object.keys(wireOf(task['Env'])), ...environmentNames].filter((name) => name !== '');
  const key = taskKey(job.key);
  return {
    kind: 'task',
    provider: job.provider,
    key,
    nativeRef: { type: 'task', id: key },
    name: textOf(task['Name']) ?? job.name,
    observedAt: job.observedAt,
    status: { ...job.status, confidence: 'DERIVED' },
    generation: job.generation,
    revision: job.revision,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    jobKey: job.key,
    projectKey: job.projectKey,
    count: instancesOf(row, job),
    engine,
    image,
    command,
    environmentNames: [...new Set(names)].sort(),
    resources: requestedResources(task['Resources']),
    timeoutMs: timeoutOf(task['Timeouts']),
    labels: job.labels,
    executions: null,
  };
}
