import type { NativeKey } from '../../model/ids.ts';
import { isSegment } from '../../upstream/path.ts';

/** BOINC's keys and names are no longer than this; Charity Engine's job ids have 32 characters where one was seen. */
const MAX_ID = 191;
const MAX_PART = 200;

/** The only task of a job: what was submitted is run as it is. */
const TASK_INDEX = '0';

/** What a job's only part is called where the service names none. It is also the only name that was ever seen. */
export const DEFAULT_PART = 'default';

/**
 * Whether a text can be a job id. Ids are opaque; the comma separates them in a path, a slash would end the segment, and
 * what has no place in a URL or a key is no id.
 */
export function isJobId(text: string): boolean {
  return text.length <= MAX_ID && isSegment(text) && !/[,/\\\s]/.test(text);
}

/** Whether a text can name a part of a job: it is the end of a key, and may hold slashes. */
export function isPartName(text: string): boolean {
  return text !== '' && text.length <= MAX_PART && !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** Puts the parts of a job in order: the one name that is known first, whatever order an answer has them in. */
export function orderOfPart(name: string): string {
  return name === DEFAULT_PART ? '0' : `1${name}`;
}

export function jobKey(id: string): NativeKey {
  return id as NativeKey;
}

export function taskKey(id: string): NativeKey {
  return `${id}/${TASK_INDEX}` as NativeKey;
}

export function executionKey(id: string, part: string): NativeKey {
  return `${id}/${part}` as NativeKey;
}

export function parseJobKey(key: string): string | null {
  return isJobId(key) ? key : null;
}

/** The job of a task key; null when no task can have it. */
export function parseTaskKey(key: string): string | null {
  const parsed = parseExecutionKey(key);
  return parsed?.part === TASK_INDEX ? parsed.id : null;
}

export interface ExecutionName {
  readonly id: string;
  readonly part: string;
}

export function parseExecutionKey(key: string): ExecutionName | null {
  const slash = key.indexOf('/');
  const [id, part] = [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
  return isJobId(id) && isPartName(part) ? { id, part } : null;
}
