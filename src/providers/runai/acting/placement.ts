import type { NativeKey } from '../../../model/ids.ts';
import { PRIORITY_CLASSES, type RunaiExtension } from '../extension.ts';
import { parseProjectKey } from '../keys.ts';
import { isClusterId, type RunaiSettings } from '../settings.ts';
import { whenSome, type Json } from './draft.ts';
import type { Verdicts } from '../../verdicts.ts';
import { inExtension } from './own-path.ts';

/** The id of the project to submit to; empty when there is none, which is refused. */
export function projectOf(
  project: NativeKey | null,
  { defaultProject }: RunaiSettings,
  verdicts: Verdicts,
): string {
  if (project === null) {
    if (defaultProject !== undefined) return defaultProject;
    verdicts.refused(
      ['project'],
      'Run:ai takes work into projects alone: name one, or have a defaultProject set.',
    );
    return '';
  }
  const parsed = parseProjectKey(project);
  const objection =
    parsed === null
      ? 'No project of this provider has this id.'
      : parsed.type === 'department'
        ? 'This is a department: name one of its projects.'
        : null;
  verdicts.judge(['project'], objection);
  return parsed?.id ?? '';
}

/** The cluster, as far as it is known without a call. */
export function clusterOf(
  { clusterId }: RunaiExtension,
  { cluster }: RunaiSettings,
  verdicts: Verdicts,
): string | null {
  if (clusterId == null) return cluster ?? null;
  const other = cluster !== undefined && cluster.toLowerCase() !== clusterId.toLowerCase();
  const objection = other
    ? 'This connection is kept to another cluster.'
    : isClusterId(clusterId)
      ? null
      : 'The id of a cluster is a uuid.';
  verdicts.judge(inExtension('clusterId'), objection);
  return clusterId;
}

/** Which nodes it may run on, and whom it goes before. */
export function schedulingOf(extension: RunaiExtension, verdicts: Verdicts): Json {
  const { nodePools, priorityClass, preemptible, category } = extension;
  if (nodePools != null && nodePools.length > 0) {
    const unique = new Set(nodePools).size === nodePools.length && !nodePools.includes('');
    verdicts.judge(inExtension('nodePools'), unique ? null : 'Each pool has a name, and stands there once.');
  }
  if (priorityClass != null) {
    const known = PRIORITY_CLASSES.includes(priorityClass);
    verdicts.judge(inExtension('priorityClass'), known ? null : `One of ${PRIORITY_CLASSES.join(', ')}.`);
  }
  if (preemptible != null) verdicts.honoured(inExtension('preemptible'));
  if (category != null) {
    verdicts.judge(inExtension('category'), category === '' ? 'A category has a name.' : null);
  }
  return {
    nodePools: whenSome(nodePools ?? []),
    priorityClass: priorityClass ?? undefined,
    preemptibility: preemptible == null ? undefined : preemptible ? 'preemptible' : 'non-preemptible',
    category: category ?? undefined,
  };
}

/** A number says how urgent work is among other work, but not which of seven classes that is. */
export function judgePriority(
  priority: number | null,
  { priorityClass }: RunaiExtension,
  verdicts: Verdicts,
): void {
  if (priority === null) return;
  const instead =
    priorityClass == null ? 'say one as priorityClass in the extension' : 'the extension says which';
  verdicts.ignored(['spec', 'priority'], `Run:ai has classes of priority and no numbers: ${instead}.`);
}
