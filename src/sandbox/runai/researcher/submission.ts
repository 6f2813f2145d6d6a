/** Reads a job that is submitted to the Researcher service, in any of the forms its pages and its Swagger file show. */
import type { Scope } from '../installation.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isArray, isObject, number, object, text, texts } from '../wire/json.ts';
import { parseQuantity } from '../wire/quantities.ts';
import type { WorkloadKind } from '../workloads/kind.ts';
import type { PodSpec } from '../workloads/pod-spec.ts';
import { categoryOf } from '../workloads/kind.ts';
import { defaultPriority } from '../workloads/scheduling.ts';
import { researcherRefusal } from './replies.ts';

export interface ResearcherJob {
  readonly project: string;
  readonly name: string | null;
  readonly namePrefix: string | null;
  readonly kind: WorkloadKind;
  readonly podSpec: PodSpec;
  /** What the job view reads again. */
  readonly echo: JsonObject;
}

const DEFAULT_CPU_CORES = 0.1;
const DEFAULT_MEMORY_BYTES = 100 * 2 ** 20;
const THIRTY_DAYS_SECONDS = 30 * 24 * 3600;
const TRAINING_RETRIES = 6;

/** `{job}` or `{template}` of a submission; throws 400. */
export function readSubmission(body: JsonObject, scope: Scope): ResearcherJob {
  const template = object(body['template']);
  const fields: JsonObject = isObject(body['job'])
    ? body['job']
    : { ...object(template['values']), ...template };
  const project = text(fields['project']);
  const image = text(fields['image']);
  if (project === null) throw researcherRefusal(400, 'project is required');
  if (image === null) throw researcherRefusal(400, 'image is required');
  const kind = kindOf(fields);
  const gpus = quantity(fields['gpu'], 'gpu') ?? 0;
  const devices = Math.ceil(gpus);
  if (devices > scope.maxGpuDevices)
    throw researcherRefusal(400, `gpu must be at most ${scope.maxGpuDevices}`);
  const gpuMemory = quantity(fields['gpuMemory'], 'gpuMemory');
  const serves = kind === 'Workspace' || kind === 'Inference';
  const podSpec: PodSpec = {
    image,
    commandLine: [...wordsOf(fields['command']), ...wordsOf(fields['arguments'])],
    environment: variablesOf(fields['environment']),
    labels: {},
    request: {
      gpuDevices: gpuMemory === null ? devices : Math.max(1, devices),
      gpus: gpuMemory === null ? gpus : Math.max(1, devices),
      gpuLimit: null,
      gpuRequestType: gpuMemory !== null ? 'memory' : devices > 0 ? 'portion' : null,
      gpuMemoryBytes: gpuMemory,
      cpuCores: quantity(fields['cpu'], 'cpu') ?? DEFAULT_CPU_CORES,
      cpuCoresLimit: quantity(fields['cpuLimit'], 'cpuLimit'),
      memoryBytes: quantity(fields['memory'], 'memory') ?? DEFAULT_MEMORY_BYTES,
      memoryBytesLimit: quantity(fields['memoryLimit'], 'memoryLimit'),
    },
    pods: Math.max(
      1,
      Math.trunc(
        number(fields['processes']) ?? number(fields['completions']) ?? number(fields['parallelism']) ?? 1,
      ),
    ),
    backoffLimit: Math.trunc(number(fields['backoffLimit']) ?? TRAINING_RETRIES),
    preemptible: serves ? fields['preemptible'] === true : true,
    priorityClass: defaultPriority(kind),
    category: categoryOf(kind),
    keptSeconds: secondsOf(fields['ttlAfterFinish']),
    nodePools: [],
  };
  const echo: JsonObject = {
    jupyter: fields['jupyter'] === true,
    spec: { image, ...(fields['mpi'] === true ? { distributedFramework: 'MPI' } : {}) },
  };
  return {
    project,
    name: text(fields['name']),
    namePrefix: text(fields['jobNamePrefix']),
    kind,
    podSpec,
    echo,
  };
}

/** `type` in the Swagger file, `interactive` on the pages. The words of `type` are assumed. */
function kindOf(fields: JsonObject): WorkloadKind {
  const type = text(fields['type'])?.toLowerCase() ?? '';
  if (fields['interactive'] === true || fields['jupyter'] === true || type.startsWith('int'))
    return 'Workspace';
  if (type.startsWith('inf')) return 'Inference';
  return fields['mpi'] === true ? 'Distributed' : 'Training';
}

/** A list, one string, or a map keyed by item name. */
function wordsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '');
  if (isArray(value)) return texts(value);
  return Object.values(object(value)).filter((word) => typeof word === 'string');
}

/** Values may be numbers on the pages. */
function variablesOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(object(value)).flatMap(([name, item]) =>
    typeof item === 'string' || typeof item === 'number' ? [[name, String(item)] as const] : [],
  );
  return Object.fromEntries(entries);
}

function quantity(value: JsonValue | undefined, name: string): number | null {
  if (value === undefined || value === null || value === '') return null;
  const parsed = typeof value === 'string' ? parseQuantity(value) : number(value);
  if (parsed === null || parsed < 0) throw researcherRefusal(400, `${name} is not a quantity`);
  return parsed;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, or a duration such as `2h`. */
function secondsOf(value: JsonValue | undefined): number {
  if (typeof value === 'number') return value;
  const [, digits, unit = 's'] = /^(\d+)([smhd])?$/.exec(typeof value === 'string' ? value : '') ?? [];
  return digits === undefined ? THIRTY_DAYS_SECONDS : Number(digits) * (UNIT_SECONDS[unit] ?? 1);
}
