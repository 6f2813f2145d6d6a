import type { JobSpec } from '../../../model/job-spec.ts';
import type { SubmissionStamp } from '../../acting.ts';
import { SPEC_HASH_LABEL, STAMP_LABEL, STAMP_LABEL_PREFIX } from '../../stamped.ts';
import type { MetaEntry } from '../extension.ts';
import type { Verdicts } from '../../verdicts.ts';

/** The name as the user wrote it, where it can be a label's value. */
export const NAME_LABEL = `${STAMP_LABEL_PREFIX}name`;
/** What label filters can ask for. */
const LABEL_VALUE = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
/** Keys are kept in an index of their own, whose entries are bounded. */
const MAX_KEY = 1_000;
/** The server drops what it keeps for itself. */
const SERVER_META = 'bacalhau.org/';

export function isLabelValue(text: string): boolean {
  return LABEL_VALUE.test(text);
}

/** The user's labels, and ours: what the job is found by, what was asked for, and its name. */
export function labelsOf(
  { name, labels }: Pick<JobSpec, 'name' | 'labels'>,
  stamp: SubmissionStamp,
  verdicts: Verdicts,
): Readonly<Record<string, string>> {
  const taken = new Set<string>();
  for (const [i, { key, value }] of labels.entries()) {
    const at = ['spec', 'labels', i];
    const problem = keyProblem(key, taken);
    if (problem !== null) verdicts.refused(at, problem);
    else if (value === null) verdicts.translated(at, 'A bare tag becomes a label with an empty value.');
    else verdicts.honoured(at);
    taken.add(key);
  }
  return Object.fromEntries([
    ...labels.map(({ key, value }) => [key, value ?? ''] as const),
    [STAMP_LABEL, stamp.id],
    [SPEC_HASH_LABEL, stamp.specHash],
    ...(isLabelValue(name) ? [[NAME_LABEL, name] as const] : []),
  ]);
}

function keyProblem(key: string, taken: ReadonlySet<string>): string | null {
  if (key === '' || key.length > MAX_KEY || /\p{Cc}/u.test(key)) {
    return `A label’s key has 1 to ${String(MAX_KEY)} characters, and no control characters.`;
  }
  if (key.toLowerCase().startsWith(STAMP_LABEL_PREFIX)) {
    return `Keys that begin with "${STAMP_LABEL_PREFIX}" are the gateway’s own.`;
  }
  return taken.has(key) ? 'This key is given twice.' : null;
}

export function metaOf(meta: readonly MetaEntry[], verdicts: Verdicts): Readonly<Record<string, string>> {
  const taken = new Set<string>();
  for (const [i, { key }] of meta.entries()) {
    verdicts.judge(['extensions', 'bacalhau', 'meta', i], metaProblem(key, taken));
    taken.add(key);
  }
  return Object.fromEntries(meta.map(({ key, value }) => [key, value]));
}

function metaProblem(key: string, taken: ReadonlySet<string>): string | null {
  if (key === '') return 'A key has at least one character.';
  if (key.startsWith(SERVER_META)) return `Keys that begin with "${SERVER_META}" are the server’s own.`;
  return taken.has(key) ? 'This key is given twice.' : null;
}
