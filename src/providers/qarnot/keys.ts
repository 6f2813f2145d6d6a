import type { NativeKey } from '../../model/ids.ts';
import { guidOf } from './wire.ts';

/**
 * Native keys. Always made of uuids, never of shortnames: a shortname can be given to another object later.
 *
 * job `j:<job uuid>`, or `t:<task uuid>` for the implicit job of a task that is in no job · task `<task uuid>` ·
 * execution `<task uuid>/<instance id>/<attempt>` · pool `p:<pool uuid>` · slot `p:<pool uuid>/<instance id>` ·
 * project `<project uuid>`, or `default` for the one project of an account that has none.
 */
export const DEFAULT_PROJECT = 'default' as NativeKey;

export function nativeJobKey(uuid: string): NativeKey {
  return `j:${uuid}` as NativeKey;
}

export function implicitJobKey(taskUuid: string): NativeKey {
  return `t:${taskUuid}` as NativeKey;
}

export function taskKey(uuid: string): NativeKey {
  return uuid as NativeKey;
}

export function executionKey(taskUuid: string, instanceId: number, attempt: number): NativeKey {
  return `${taskUuid}/${String(instanceId)}/${String(attempt)}` as NativeKey;
}

export function poolKey(uuid: string): NativeKey {
  return `p:${uuid}` as NativeKey;
}

export function slotKey(poolUuid: string, instanceId: number): NativeKey {
  return `p:${poolUuid}/${String(instanceId)}` as NativeKey;
}

export function projectKey(uuid: string): NativeKey {
  return uuid as NativeKey;
}

/** The parts of a job's key; null when no job can have it. */
export function parseJobKey(key: NativeKey): { readonly type: 'job' | 'task'; readonly uuid: string } | null {
  const uuid = guidOf(key.slice(2));
  if (uuid === null) return null;
  if (key.startsWith('j:')) return { type: 'job', uuid };
  return key.startsWith('t:') ? { type: 'task', uuid } : null;
}

export function parseTaskKey(key: NativeKey): string | null {
  return guidOf(key);
}

export interface ExecutionName {
  readonly taskUuid: string;
  readonly instanceId: number;
  readonly attempt: number;
}

export function parseExecutionKey(key: NativeKey): ExecutionName | null {
  const [task, instance, attempt, ...more] = key.split('/');
  const taskUuid = guidOf(task);
  const instanceId = wholeNumber(instance);
  const tried = wholeNumber(attempt);
  if (taskUuid === null || instanceId === null || tried === null || tried < 1 || more.length > 0) return null;
  return { taskUuid, instanceId, attempt: tried };
}

/** The parts of a pool's or a slot's key; null when neither can have it. `instanceId` is null for the pool itself. */
export function parseNodeKey(
  key: NativeKey,
): { readonly poolUuid: string; readonly instanceId: number | null } | null {
  if (!key.startsWith('p:')) return null;
  const [pool, instance, ...more] = key.slice(2).split('/');
  const poolUuid = guidOf(pool);
  if (poolUuid === null || more.length > 0) return null;
  if (instance === undefined) return { poolUuid, instanceId: null };
  const instanceId = wholeNumber(instance);
  return instanceId === null ? null : { poolUuid, instanceId };
}

/** A number in its one canonical spelling. */
function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : null;
}
