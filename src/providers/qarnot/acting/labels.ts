import { STAMP_LABEL_PREFIX } from '../../stamped.ts';
import type { Draft } from './draft.ts';

/** Documented once as "less than 10" and once as a maximum of 10. */
const MAX_TAGS = 10;
const MAX_TAG_LENGTH = 511;

/** Labels with a value are Qarnot's labels, those without one its tags. */
export function draftLabels({ spec, verdicts, body }: Draft): void {
  const labels = new Map<string, string>();
  const tags = new Set<string>();
  for (const [i, { key, value }] of spec.labels.entries()) {
    const path = ['spec', 'labels', i];
    const objection = key.startsWith(STAMP_LABEL_PREFIX)
      ? `Labels that begin with "${STAMP_LABEL_PREFIX}" are the gateway’s own.`
      : value === null
        ? tagObjection(key, tags)
        : labels.has(key)
          ? 'Another label has this key.'
          : null;
    if (!verdicts.judge(path, objection)) continue;
    if (value === null) tags.add(key);
    else labels.set(key, value);
  }
  if (tags.size > 0) body.tags = [...tags];
  if (labels.size > 0) body.labels = Object.fromEntries(labels);
  if (spec.priority !== null) verdicts.ignored(['spec', 'priority'], 'Qarnot has no priorities.');
}

function tagObjection(tag: string, tags: ReadonlySet<string>): string | null {
  if (tag === '' || tag.length > MAX_TAG_LENGTH)
    return `A label without a value is a tag, which has 1 to ${String(MAX_TAG_LENGTH)} characters.`;
  return tags.size >= MAX_TAGS && !tags.has(tag)
    ? `Labels without a value are tags, of which a task has at most ${String(MAX_TAGS)}.`
    : null;
}
