/** The checks of a submitted job: all problems are found, then reported together. */
import { Refusal, statusOf } from '../wire/refusal.ts';
import type { Release } from '../wire/release.ts';
import { bytesOf, cpuMillisOf, gpusOf } from './quantities.ts';
import type { Constraint, JobSpec, TaskSpec } from './spec.ts';

const TYPES = ['batch', 'service', 'ops', 'daemon'];
const ENV_NAME = /^[A-Z][A-Z0-9_]*$/;
const PORT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const OPERATORS = ['in', 'notin', '=', '==', '!=', 'exists', '!', 'gt', 'lt'];

/** Throws a 400 whose message holds every problem, one per line; then the store's own second pass. */
export function validate(spec: JobSpec, release: Release): void {
  const problems = [
    ...jobProblems(spec),
    ...spec.Constraints.flatMap(constraintProblems),
    ...spec.Tasks.slice(0, 1).flatMap((task) => taskProblems(task, release)),
  ];
  if (problems.length > 0) {
    throw new Refusal(problems.join('\n'), {
      status: statusOf('ValidationError'),
      code: 'ValidationError',
      component: 'Bacalhau',
    });
  }
  const stored = spec.Tasks.slice(0, 1).flatMap(storeProblems);
  if (stored.length > 0) {
    throw new Refusal(stored.join('\n'), {
      status: statusOf('BadRequest'),
      code: 'BadRequest',
      component: 'JobStore',
    });
  }
}

function jobProblems(spec: JobSpec): string[] {
  const problems: string[] = [];
  if (!TYPES.includes(spec.Type)) problems.push(`invalid job type: "${spec.Type}"`);
  const count = spec.Count ?? 0;
  if (count < 0) problems.push('job count must be >= 0');
  if (count > 1 && (spec.Type === 'ops' || spec.Type === 'daemon')) {
    problems.push(`job count must be <= 1 for ${spec.Type} jobs`);
  }
  if (spec.Tasks.length === 0) problems.push('missing job tasks');
  return problems;
}

function constraintProblems({ Key, Operator, Values }: Constraint): string[] {
  const subject = `constraint "${Key}"`;
  if (!OPERATORS.includes(Operator)) return [`${subject}: unknown operator "${Operator}"`];
  if (Operator === 'in' || Operator === 'notin') {
    return Values.length > 0 ? [] : [`${subject}: operator "${Operator}" needs values`];
  }
  if (Operator === 'exists' || Operator === '!') {
    return Values.length === 0 ? [] : [`${subject}: operator "${Operator}" takes no values`];
  }
  return Values.length === 1 ? [] : [`${subject}: operator "${Operator}" needs exactly one value`];
}

function taskProblems(task: TaskSpec, release: Release): string[] {
  return [
    ...(task.Name === '' ? ['missing task name'] : []),
    ...(task.Engine.Type === '' ? ['missing task engine type'] : []),
    ...envProblems(task.Env),
    ...pathProblems(task),
    ...resourceProblems(task.Resources),
    ...networkProblems(task.Network, release),
    ...Object.entries(task.Timeouts)
      .filter(([, seconds]) => seconds < 0)
      .map(([name]) => `invalid ${name}: must be >= 0`),
  ];
}

function envProblems(env: TaskSpec['Env']): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (name.startsWith('BACALHAU_')) {
      return [`environment variable '${name}' cannot start with BACALHAU_`];
    }
    if (!ENV_NAME.test(name)) return [`environment variable '${name}' has an invalid name`];
    return value === '' ? [`environment variable '${name}' has no value`] : [];
  });
}

function pathProblems(task: TaskSpec): string[] {
  const targets = task.InputSources.map((input) => input.Target);
  const aliases = task.InputSources.map((input) => input.Alias).filter((alias) => alias !== '');
  const names = task.ResultPaths.map((result) => result.Name);
  return [
    ...targets.filter((target) => target.trim() === '').map(() => 'missing input source target'),
    ...repeated(targets).map((target) => `input source with target '${target}' already exists`),
    ...repeated(aliases).map((alias) => `input source with alias '${alias}' already exists`),
    ...task.ResultPaths.filter((result) => !result.Path.startsWith('/')).map(
      (result) => `result path '${result.Path}' is not absolute`,
    ),
    ...repeated(names).map((name) => `result path with name '${name}' already exists`),
  ];
}

function resourceProblems(resources: TaskSpec['Resources']): string[] {
  const { CPU, Memory, Disk, GPU } = resources;
  return [
    ...(CPU !== '' && cpuMillisOf(CPU) === null ? [`invalid CPU value: ${CPU}`] : []),
    ...(Memory !== '' && bytesOf(Memory) === null ? [`invalid memory value: ${Memory}`] : []),
    ...(Disk !== '' && bytesOf(Disk) === null ? [`invalid disk value: ${Disk}`] : []),
    ...(GPU !== '' && gpusOf(GPU) === null ? [`invalid GPU value: ${GPU}`] : []),
  ];
}

function networkProblems(network: TaskSpec['Network'], release: Release): string[] {
  const { Type, Domains, Ports } = network;
  if (Type !== '' && !release.networkTypes.includes(Type)) return [`invalid networking type: "${Type}"`];
  const problems: string[] = [];
  if (Domains.length > 0 && Type !== 'HTTP') problems.push('domains can only be set for HTTP networking');
  if (Ports.length > 0 && !['Host', 'Full', 'Bridge'].includes(Type)) {
    problems.push(`ports are not supported by network type "${Type}"`);
  }
  for (const port of Ports) {
    if (!PORT_NAME.test(port.Name)) problems.push(`invalid port name: "${port.Name}"`);
    if (port.Static !== 0 && (port.Static < 1024 || port.Static > 65535)) {
      problems.push(`static port ${port.Static} must be between 1024 and 65535`);
    }
    if (port.Target !== 0 && Type === 'Host') problems.push('target port cannot be set for host networking');
  }
  const statics = Ports.map((port) => port.Static).filter((port) => port !== 0);
  return [
    ...problems,
    ...repeated(Ports.map((port) => port.Name)).map((name) => `port name "${name}" is repeated`),
    ...repeated(statics).map((port) => `static port ${port} is repeated`),
  ];
}

function storeProblems(task: TaskSpec): string[] {
  const { ExecutionTimeout, QueueTimeout, TotalTimeout } = task.Timeouts;
  const problems: string[] = [];
  if (task.ResultPaths.length > 0 && task.Publisher.Type === '') {
    problems.push('publisher must be set if result paths are set');
  }
  if (TotalTimeout > 0 && ExecutionTimeout + QueueTimeout > TotalTimeout) {
    problems.push('execution timeout and queue timeout must not add up to more than the total timeout');
  }
  return problems;
}

function repeated<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}
