import type { NativeKey } from '../../model/ids.ts';
import { isId } from './wire.ts';

/**
 * Native keys. job `<workload id>` · task `<workload id>/0` (a workload is listed as one, whatever roles its pods have) ·
 * execution `<workload id>/<pod id>` · node `n:<cluster uuid>/<name>` (pods name their node by it, and older versions
 * give it no id) · node pool `p:<cluster uuid>/<name>` · project `<project id>` · department `d:<department id>`.
 */
export function jobKey(workloadId: string): NativeKey {
  return workloadId as NativeKey;
}

export function taskKey(workloadId: string): NativeKey {
  return `${workloadId}/0` as NativeKey;
}

export function executionKey(workloadId: string, podId: string): NativeKey {
  return `${workloadId}/${podId}` as NativeKey;
}

export function nodeKey(clusterId: string, name: string): NativeKey {
  return `n:${clusterId}/${name}` as NativeKey;
}

export function poolKey(clusterId: string, name: string): NativeKey {
  return `p:${clusterId}/${name}` as NativeKey;
}

export function projectKey(id: string): NativeKey {
  return id as NativeKey;
}

export function departmentKey(id: string): NativeKey {
  return `d:${id}` as NativeKey;
}

/** In the place of a workload's or a project's id these lead to other calls. */
const OTHER_CALLS = new Set(['pods', 'count', 'telemetry', 'batch', 'workspaces', 'trainings', 'distributed', 'inferences', 'distributed-inferences']); // prettier-ignore

function objectId(text: string): string | null {
  return isId(text) && !OTHER_CALLS.has(text) ? text : null;
}

/** The workload's id in a job's key; null when no job can have it. */
export function parseJobKey(key: string): string | null {
  return objectId(key);
}

/** The workload's id in a task's key; null when no task can have it. */
export function parseTaskKey(key: string): string | null {
  return key.endsWith('/0') ? parseJobKey(key.slice(0, -2)) : null;
}

export function parseExecutionKey(
  key: string,
): { readonly workloadId: string; readonly podId: string } | null {
  const [workloadId = '', podId = '', ...more] = key.split('/');
  if (objectId(workloadId) === null || !isId(podId) || more.length > 0) return null;
  return { workloadId, podId };
}

/** The id in a project's or a department's key; null when neither can have it. */
export function parseProjectKey(
  key: string,
): { readonly type: 'project' | 'department'; readonly id: string } | null {
  const department = key.startsWith('d:');
  const id = objectId(department ? key.slice(2) : key);
  return id !== null ? { type: department ? 'department' : 'project', id } : null;
}
