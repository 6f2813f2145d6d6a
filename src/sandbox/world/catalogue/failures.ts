/** How things fail, in the words people know from real clusters. */
import type { Random } from '../prng.ts';
import type { SimJobSpec, SimOutcome } from '../types.ts';

export type Cause = Extract<SimOutcome, { kind: 'failure' }>['cause'];

type Circumstances = Pick<SimJobSpec, 'image' | 'memoryBytes'>;

const MESSAGES: Readonly<Record<Cause, (spec: Circumstances) => string>> = {
  oom: ({ memoryBytes }) =>
    `Out of memory: the container exceeded ${(memoryBytes / 2 ** 30).toFixed(1)} GiB and was killed.`,
  timeout: () => 'Execution timed out. It took longer than it was allowed to.',
  image: ({ image }) => `Could not pull image ${image}: manifest unknown.`,
  input: () => 'Could not fetch an input: the object does not exist (404).',
  output: () => 'Could not publish results: access to the bucket was denied (403).',
  'node-lost': () => 'The node stopped answering.',
  unschedulable: () => 'No node can take this job.',
};

/** What is said for each cause of a failure. */
export function failureMessage(cause: Cause, spec: Circumstances): string {
  return MESSAGES[cause](spec);
}

const TRANSIENT: readonly [SimOutcome, ...SimOutcome[]] = [
  { kind: 'failure', cause: 'input', message: 'Could not fetch an input: connection reset by peer.' },
  { kind: 'failure', cause: 'oom', message: 'Out of memory: the container was killed by the kernel.' },
  { kind: 'failure', cause: 'output', message: 'Could not publish results: the storage answered 503.' },
];

/** The kind of trouble that is gone on the next attempt. */
export function drawTransientFailure(random: Random): SimOutcome {
  return random.pick(TRANSIENT);
}

/** Said of a job that no node of the site could hold even if it were empty. */
export function unschedulableMessage(spec: SimJobSpec, nodes: number): string {
  const asked = [`${spec.cpuMillis / 1000} CPU`, `${(spec.memoryBytes / 2 ** 30).toFixed(1)} GiB memory`];
  if (spec.gpus > 0) asked.push(`${spec.gpus} GPU`);
  const where = spec.poolId === null ? '' : ' in the pool';
  return `Not enough nodes to run job. Requested ${asked.join(', ')}; none of ${nodes} nodes${where} can hold it.`;
}
