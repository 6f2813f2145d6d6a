import type { Draft } from './draft.ts';

/** Set by the service itself (documented). */
const SET_BY_QARNOT = new Set([
  'INSTANCE_COUNT',
  'INSTANCE_ID',
  'QARNOT_RESOURCES_DIRECTORY',
  'QARNOT_RESULTS_DIRECTORY',
  'TASK_PATH',
  'TMP_PATH',
  'TMP_RAMFS_PATH',
]);

/**
 * Variables become constants, which Qarnot's documentation says are environment variables of the container. Constants that
 * begin with DOCKER_ set up the container itself.
 */
export function draftEnvironment({ spec, constants, verdicts }: Draft): void {
  for (const [i, { name, value }] of spec.env.entries()) {
    const path = ['spec', 'env', i, 'name'];
    const objection = reserved(name) ?? constants.add(name, value, path);
    if (objection === null)
      verdicts.translated(path, 'Sent as a constant, which the container sees as a variable.');
    else verdicts.refused(path, objection);
  }
  if (spec.env.length > 0)
    verdicts.notes.push('Whoever may read the task at Qarnot can read the values of its variables there.');
  for (const i of spec.secretEnv.keys())
    verdicts.refused(
      ['spec', 'secretEnv', i, 'name'],
      'Qarnot lets a task read its secrets, and nothing says that one becomes an environment variable.',
    );
}

function reserved(name: string): string | null {
  if (name.startsWith('DOCKER_'))
    return 'Qarnot sets up the container by constants of such a name: give it in extensions.qarnot.constants.';
  return SET_BY_QARNOT.has(name) ? 'Qarnot sets this variable itself.' : null;
}
