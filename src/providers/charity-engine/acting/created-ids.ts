import { isWire, textOf, type Wire } from '../../reading.ts';

const MEMBERS = ['ids', 'id', 'jobIds', 'job_ids', 'jobs'];

/** A job id, which may arrive as a number, or as that of an object. */
function idOf(value: unknown): string | null {
  if (isWire(value)) return idOf(value['id']) ?? idOf(value['jobId']);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value);
}

function idsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(idOf).filter((id) => id !== null);
  if (isWire(value)) return Object.keys(value);
  return [idOf(value)].filter((id) => id !== null);
}

/**
 * The ids of an answer to a submission, from the first member that holds any. Only `ids`, a list of texts, was ever seen,
 * and that at the sibling service. Several come back where copies were asked for.
 */
export function createdIds(answer: Wire): readonly string[] {
  for (const member of MEMBERS) {
    const ids = idsIn(answer[member]);
    if (ids.length > 0) return [...new Set(ids)];
  }
  return [];
}
