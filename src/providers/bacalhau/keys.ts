import type { NativeKey } from '../../model/ids.ts';
import { isSegment } from '../../upstream/path.ts';

/** Longer than any id the server makes; a client may choose the id of a service or daemon job. */
const MAX_ID = 255;

/** The only task of a job: the server keeps exactly one. */
export const TASK_INDEX = '0';

export function jobKey(jobId: string): NativeKey {
  return jobId as NativeKey;
}

export function taskKey(jobId: string): NativeKey {
  return `${jobId}/${TASK_INDEX}` as NativeKey;
}

export function executionKey(jobId: string, executionId: string): NativeKey {
  return `${jobId}/${executionId}` as NativeKey;
}

/** Whether a text can be the full id of a job, a node or an execution. */
export function isId(text: string): boolean {
  return text.length <= MAX_ID && isSegment(text);
}

export interface ChildKey {
  readonly jobId: string;
  readonly childId: string;
}

/** Takes `<job id>/<child id>` apart at the last slash; null when it cannot be one. */
export function parseChildKey(key: string): ChildKey | null {
  const slash = key.lastIndexOf('/');
  const [jobId, childId] = [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
  return isId(jobId) && isId(childId) ? { jobId, childId } : null;
}

/** The job of a task key; null when no task can have it. */
export function jobIdOfTask(key: string): string | null {
  const parsed = parseChildKey(key);
  return parsed?.childId === TASK_INDEX ? parsed.jobId : null;
}
