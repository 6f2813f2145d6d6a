import type { JobSpec } from '../../../model/job-spec.ts';
import { HOST_VARIABLES, isBefore, type Release } from './release.ts';
import type { Verdicts } from '../../verdicts.ts';

/** What every version takes; the server's own rule also lets letters of other alphabets pass. */
const NAME = /^[A-Z][A-Z0-9_]*$/;
const RESERVED = 'BACALHAU_';
/** A value that begins so names a variable of the node. The node decides which of them jobs may have. */
const HOST_PREFIX = 'env:';
const HOST_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The environment of the task. A wrong name or value would be a 400 for the whole job. */
export function environmentOf(
  { env, secretEnv }: Pick<JobSpec, 'env' | 'secretEnv'>,
  release: Release,
  verdicts: Verdicts,
): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  const taken = new Set<string>();
  for (const [i, { name, value }] of env.entries()) {
    verdicts.judge(['spec', 'env', i, 'name'], nameProblem(name, taken) ?? valueProblem(value));
    taken.add(name);
    entries.push([name, value]);
  }
  for (const [i, variable] of secretEnv.entries()) {
    const path = ['spec', 'secretEnv', i, 'name'];
    const problem = nameProblem(variable.name, taken) ?? secretProblem(variable, release);
    if (problem === null) {
      verdicts.translated(
        path,
        'Taken from the variable of that name on the node that runs the job, whose operator must allow it.',
      );
    } else {
      verdicts.refused(path, problem);
    }
    taken.add(variable.name);
    entries.push([variable.name, `${HOST_PREFIX}${variable.secret}`]);
  }
  return Object.fromEntries(entries);
}

function nameProblem(name: string, taken: ReadonlySet<string>): string | null {
  if (!NAME.test(name)) {
    return 'Names must be upper-case letters, digits and underscores, beginning with a letter.';
  }
  if (name.startsWith(RESERVED)) return `Names must not begin with ${RESERVED}.`;
  return taken.has(name) ? 'This name is given twice.' : null;
}

function valueProblem(value: string): string | null {
  if (value === '') return 'Bacalhau refuses empty values: leave the variable out.';
  return value.startsWith(HOST_PREFIX)
    ? 'Bacalhau would read this value as the name of a variable of the node: use secretEnv if that is meant.'
    : null;
}

function secretProblem({ secret, key }: JobSpec['secretEnv'][number], release: Release): string | null {
  if (isBefore(release, HOST_VARIABLES)) {
    return 'Variables can be taken from the node from Bacalhau 1.7 on; this server is older.';
  }
  if (key !== null) return 'A variable of the node is one value: leave the key out.';
  return HOST_NAME.test(secret)
    ? null
    : 'The secret must be the name of an environment variable of the node.';
}
