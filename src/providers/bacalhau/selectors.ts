import type { ListFilter } from '../provider.ts';

/** What Kubernetes, whose selector language this is, takes as a label's key and value. */
const NAME = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
/** Words of the language itself. */
const RESERVED = new Set(['in', 'notin']);

function isKey(key: string): boolean {
  const [first = '', second, ...rest] = key.split('/');
  if (rest.length > 0) return false;
  return second === undefined ? isWord(first) : PREFIX.test(first) && isWord(second);
}

function isWord(text: string): boolean {
  return NAME.test(text) && !RESERVED.has(text);
}

/**
 * A label filter in the API's selector language; null when it cannot be said there exactly (labels of jobs are free
 * text, the language's are not): the gateway then filters by itself. All or nothing, so that a list is filtered by
 * what it claims and by nothing else.
 */
export function labelSelector(labels: ListFilter['labels']): string | null {
  if (labels === undefined || labels.length === 0) return null;
  const terms: string[] = [];
  for (const { key, values } of labels) {
    if (!isKey(key)) return null;
    if (values === undefined) {
      terms.push(key);
      continue;
    }
    if (values.length === 0 || !values.every(isWord)) return null;
    terms.push(values.length === 1 ? `${key}=${String(values[0])}` : `${key} in (${values.join(',')})`);
  }
  return terms.join(',');
}

/** The one namespace a filter leaves; null when there is none, or several, or it would mean something else upstream. */
export function namespaceOfFilter(filter: ListFilter): string | null {
  const [only, ...others] = filter.projects ?? [];
  if (only === undefined || others.length > 0 || only === '*' || only === '') return null;
  return only;
}
