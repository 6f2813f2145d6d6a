/** The checks of a submitted job: all problems are found, then reported together. */
import { goDuration } from '../wire/go-duration.ts';
import { bindError, jobStoreError } from '../wire/refusal.ts';
import { bytesOf, cpuMillisOf, gpusOf } from './quantities.ts';
import type { Constraint, InputSource, JobSpec, Port, TaskSpec } from './spec.ts';

const TYPES = ['batch', 'service', 'ops', 'daemon'];
const PORT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The first pass, over what the client sent. Throws a 400 whose message holds every problem, one per line; it comes
 * from the web framework's side, not from the job store (seen on 1.9.3).
 */
export function validateSubmission(spec: JobSpec): void {
  const problems = [
    ...jobProblems(spec),
    ...spec.Constraints.flatMap((constraint, at) =>
      within(`constraint ${at + 1} validation failed`, constraintProblems(constraint)),
    ),
    ...spec.Tasks.flatMap((task) => within(`task ${task.Name} validation failed`, taskProblems(task))),
  ];
  if (problems.length > 0) throw bindError(problems.join('\n'));
}

/** The store's second pass, over the job with its defaults. */
export function validateStored(spec: JobSpec): void {
  const problems = [
    ...(/\s/.test(spec.ID) ? ['job ID contains a space'] : []),
    ...(spec.Name.trim() === '' ? ['missing job name'] : []),
    ...(spec.Namespace.trim() === '' ? ['job must be in a namespace'] : []),
    ...spec.Tasks.flatMap((task) => within(`task ${task.Name} validation failed`, storeProblems(task))),
  ];
  if (problems.length > 0) throw jobStoreError('BadRequest', problems.join('\n'));
}

/** What surrounds a group of problems is said once, before the first of them. */
function within(where: string, problems: readonly string[]): string[] {
  return problems.length === 0 ? [] : [`${where}: ${problems.join('\n')}`];
}

function jobProblems({ Type, Count = 0, Tasks }: JobSpec): string[] {
  const problems: string[] = [];
  if (Type === '') problems.push('missing job type');
  else if (!TYPES.includes(Type)) problems.push(`invalid job type: "${Type}"`);
  if (Count < 0) problems.push('job count must be >= 0');
  if (Count > 1 && (Type === 'ops' || Type === 'daemon')) {
    problems.push(`${Type} jobs cannot specify count > 1 as they run on all matching nodes`);
  }
  if (Tasks.length === 0) problems.push('missing job tasks');
  return problems;
}

/** The operator itself is not looked at: any word passes. */
function constraintProblems({ Key, Operator, Values }: Constraint): string[] {
  const problems = Key.trim() === '' ? ['selector key cannot be blank'] : [];
  if (Operator === 'in' || Operator === 'notin') {
    if (Values.length === 0) problems.push('selector values cannot be empty for In or NotIn operators');
  } else if (Operator === 'exists' || Operator === '!') {
    if (Values.length > 0)
      problems.push('selector values must be empty for Exists or KeyNotInImap operators');
  } else if (Values.length !== 1) {
    problems.push('selector values must have exactly one value for other operators');
  }
  return problems;
}

function taskProblems(task: TaskSpec): string[] {
  return [
    ...(task.Name.trim() === '' ? ['missing task name'] : []),
    ...envProblems(task.Env),
    ...within('invalid engine', engineProblems(task)),
    ...within('invalid timeouts', timeoutProblems(task.Timeouts)),
    ...within('invalid resources', resourceProblems(task.Resources)),
    ...within('invalid input sources', task.InputSources.flatMap(inputProblems).slice(0, 1)),
    ...within(
      'invalid output',
      task.ResultPaths.filter((result) => !result.Path.startsWith('/'))
        .slice(0, 1)
        .map((result) => `result path \`${result.Path}\` must be absolute`),
    ),
    ...repetitions(task).slice(0, 2),
    ...within('invalid network', networkProblems(task.Network)),
  ];
}

function engineProblems({ Engine }: TaskSpec): string[] {
  return Engine.Type === '' ? ['missing spec type'] : [];
}

/** The first that is wrong. */
function envProblems(env: TaskSpec['Env']): string[] {
  for (const [name, value] of Object.entries(env)) {
    const problem = envProblem(name, value);
    if (problem !== null) return [`environment variable '${name}' ${problem}`];
  }
  return [];
}

function envProblem(name: string, value: string): string | null {
  if (name !== name.toUpperCase()) return 'must be uppercase';
  if (!/^\p{L}/u.test(name)) return 'must start with a letter';
  if (!/^[\p{L}\p{Nd}_]*$/u.test(name)) return 'can only contain letters, numbers, and underscores';
  if (name.startsWith('BACALHAU_')) return 'cannot start with BACALHAU_';
  return value === '' ? 'cannot have empty value' : null;
}

function timeoutProblems({ ExecutionTimeout, QueueTimeout, TotalTimeout }: TaskSpec['Timeouts']): string[] {
  const named = { execution: ExecutionTimeout, queue: QueueTimeout, total: TotalTimeout };
  return Object.entries(named)
    .filter(([, seconds]) => seconds < 0)
    .map(([name, seconds]) => `invalid ${name} timeout value: ${goDuration(seconds * 1000)}`);
}

/** Only the last of several is told. */
function resourceProblems({ CPU, Memory, Disk, GPU }: TaskSpec['Resources']): string[] {
  return [
    ...(CPU !== '' && cpuMillisOf(CPU) === null ? [`invalid CPU value: ${CPU}`] : []),
    ...(Memory !== '' && bytesOf(Memory) === null ? [`invalid memory value: ${Memory}`] : []),
    ...(Disk !== '' && bytesOf(Disk) === null ? [`invalid disk value: ${Disk}`] : []),
    ...(GPU !== '' && gpusOf(GPU) === null ? [`invalid GPU value: ${GPU}`] : []),
  ].slice(-1);
}

function inputProblems({ Target, Source }: InputSource): string[] {
  if (Target.trim() === '') return ['input source is missing a target'];
  return Source.Type.trim() === '' ? ['invalid input source: missing spec type'] : [];
}

/** At most one of the inputs and one of the results. */
function repetitions({ InputSources, ResultPaths }: TaskSpec): string[] {
  const targets = InputSources.map((input) => input.Target);
  const aliases = InputSources.map((input) => input.Alias);
  const names = ResultPaths.map((result) => result.Name);
  const paths = ResultPaths.map((result) => result.Path);
  return [
    ...[
      ...repeated(aliases).map((alias) => `input source with alias '${alias}' already exists`),
      ...repeated(targets).map((target) => `input source with target '${target}' already exists`),
    ].slice(0, 1),
    ...[
      ...repeated(names).map((name) => `result path with name '${name}' already exists`),
      ...repeated(paths).map((path) => `result path '${path}' already exists`),
    ].slice(0, 1),
  ];
}

const DOMAIN = /\b([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}\b/;
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i;

function networkProblems({ Type, Domains, Ports }: TaskSpec['Network']): string[] {
  const problems: string[] = [];
  if (Domains.length > 0 && Type !== 'HTTP') {
    problems.push('domains can only be set for HTTP network mode');
  }
  // As they were sent: that capitals are lowered comes later (seen on 1.9.3).
  for (const domain of Domains) {
    if (!DOMAIN.test(domain) && !ADDRESS.test(domain)) problems.push(`invalid domain "${domain}"`);
  }
  if (Ports.length === 0) return problems;
  if (!['Host', 'Full', 'Bridge'].includes(Type)) {
    return [...problems, 'ports can only be set for Host or Bridge network modes'];
  }
  return [...problems, ...portProblems(Type, Ports)];
}

function portProblems(networkType: string, ports: readonly Port[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  const statics = new Set<number>();
  for (const port of ports) {
    const problem = portProblem(port);
    if (problem !== null) {
      problems.push(problem);
      continue;
    }
    if (names.has(port.Name)) problems.push(`duplicate port mapping name "${port.Name}"`);
    if (port.Static !== 0 && statics.has(port.Static)) {
      problems.push(`duplicate port mapping static port ${port.Static}`);
    }
    if (networkType !== 'Bridge' && port.Target !== 0) {
      problems.push('target ports cannot be set for Host network mode');
    }
    names.add(port.Name);
    statics.add(port.Static);
  }
  return problems;
}

function portProblem({ Name, Static }: Port): string | null {
  if (Name === '') return 'port mapping name is required';
  if (!PORT_NAME.test(Name)) return 'port name must be a valid environment variable name';
  if (Static !== 0 && Static < 1024) return `static port ${Static} is in privileged port range (1-1023)`;
  return Static > 65_535 ? `static port ${Static} is above maximum valid port 65535` : null;
}

function storeProblems({ ResultPaths, Publisher, Timeouts }: TaskSpec): string[] {
  const { ExecutionTimeout, QueueTimeout, TotalTimeout } = Timeouts;
  const problems: string[] = [];
  if (ResultPaths.length > 0 && Publisher.Type === '') {
    problems.push('publisher must be set if result paths are set');
  }
  if (TotalTimeout > 0 && ExecutionTimeout + QueueTimeout > TotalTimeout) {
    const [execution, queue, total] = [ExecutionTimeout, QueueTimeout, TotalTimeout].map((seconds) =>
      goDuration(seconds * 1000),
    );
    const rule = `execution timeout ${execution} and queue timeout ${queue} should be less than total timeout ${total}`;
    problems.push(`task timeouts validation failed: ${rule}`);
  }
  return problems;
}

function repeated<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, at) => value !== '' && values.indexOf(value) !== at))];
}
