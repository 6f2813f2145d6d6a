/** What a client says a job is: the part of the wire's Job that does not change by running it. */
import type { GoStruct } from '../wire/body.ts';
import { bindError } from '../wire/refusal.ts';

export interface SpecConfig {
  readonly Type: string;
  readonly Params: Readonly<Record<string, unknown>>;
}

export interface Constraint {
  readonly Key: string;
  readonly Operator: string;
  readonly Values: readonly string[];
}

export interface InputSource {
  readonly Source: SpecConfig;
  readonly Alias: string;
  readonly Target: string;
}

export interface Port {
  readonly Name: string;
  readonly Static: number;
  readonly Target: number;
  readonly HostNetwork: string;
}

export interface TaskSpec {
  readonly Name: string;
  readonly Engine: SpecConfig;
  readonly Publisher: SpecConfig;
  readonly Env: Readonly<Record<string, string>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly InputSources: readonly InputSource[];
  readonly ResultPaths: readonly { readonly Name: string; readonly Path: string }[];
  /** As text: `"500m"`, `"512mb"`. */
  readonly Resources: {
    readonly CPU: string;
    readonly Memory: string;
    readonly Disk: string;
    readonly GPU: string;
  };
  readonly Network: {
    readonly Type: string;
    readonly Domains: readonly string[];
    readonly Ports: readonly Port[];
  };
  /** Seconds; 0 means not set. */
  readonly Timeouts: {
    readonly ExecutionTimeout: number;
    readonly QueueTimeout: number;
    readonly TotalTimeout: number;
  };
}

export interface JobSpec {
  /** As the client gave it; empty for "make one". */
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Type: string;
  readonly Priority: number;
  /** Undefined when the key was absent: then a default applies. */
  readonly Count: number | undefined;
  readonly Constraints: readonly Constraint[];
  readonly Meta: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Tasks: readonly TaskSpec[];
}

/**
 * Reads a Job from a request body, with the network types that this release knows. Throws the bind error of the first
 * field that cannot be read.
 */
export function readJobSpec(job: GoStruct, networkTypes: readonly string[]): JobSpec {
  return {
    ID: job.string('ID'),
    Name: job.string('Name'),
    Namespace: job.string('Namespace'),
    Type: job.string('Type'),
    Priority: job.integer('Priority') ?? 0,
    Count: job.integer('Count'),
    Constraints: job.structs('Constraints').map((item) => ({
      Key: item.string('Key'),
      Operator: item.string('Operator'),
      Values: item.strings('Values'),
    })),
    Meta: job.stringMap('Meta'),
    Labels: job.stringMap('Labels'),
    Tasks: job.structs('Tasks').map((task) => readTask(task, networkTypes)),
  };
}

function readTask(task: GoStruct, networkTypes: readonly string[]): TaskSpec {
  const resources = task.struct('Resources');
  const network = task.struct('Network');
  const timeouts = task.struct('Timeouts');
  return {
    Name: task.string('Name'),
    Engine: readSpecConfig(task.struct('Engine')),
    Publisher: readSpecConfig(task.struct('Publisher')),
    Env: task.stringMap('Env'),
    Meta: task.stringMap('Meta'),
    InputSources: task.structs('InputSources').map((item) => ({
      Source: readSpecConfig(item.struct('Source')),
      Alias: item.string('Alias'),
      Target: item.string('Target'),
    })),
    ResultPaths: task.structs('ResultPaths').map((item) => ({
      Name: item.string('Name'),
      Path: item.string('Path'),
    })),
    Resources: {
      CPU: resources?.string('CPU') ?? '',
      Memory: resources?.string('Memory') ?? '',
      Disk: resources?.string('Disk') ?? '',
      GPU: resources?.string('GPU') ?? '',
    },
    Network: {
      Type: readNetworkType(network?.string('Type') ?? '', networkTypes),
      Domains: network?.strings('Domains') ?? [],
      Ports: (network?.structs('Ports') ?? []).map((port) => ({
        Name: port.string('Name'),
        Static: port.integer('Static') ?? 0,
        Target: port.integer('Target') ?? 0,
        HostNetwork: port.string('HostNetwork'),
      })),
    },
    Timeouts: {
      ExecutionTimeout: timeouts?.integer('ExecutionTimeout') ?? 0,
      QueueTimeout: timeouts?.integer('QueueTimeout') ?? 0,
      TotalTimeout: timeouts?.integer('TotalTimeout') ?? 0,
    },
  };
}

/** In any case; empty when none was given. */
function readNetworkType(text: string, networkTypes: readonly string[]): string {
  if (text === '') return '';
  const known = networkTypes.find((type) => type.toLowerCase() === text.trim().toLowerCase());
  if (known !== undefined) return known;
  const cause = `models.Network: unknown type '${text}'`;
  throw bindError(`code=400, message=${cause}, internal=${cause}`);
}

function readSpecConfig(config: GoStruct | undefined): SpecConfig {
  return { Type: config?.string('Type') ?? '', Params: config?.free('Params') ?? {} };
}
