/**
 * Times of the wire. The world counts milliseconds; Bacalhau writes nanoseconds, as integers beyond what a double can
 * hold and as RFC 3339 text. The digits below a millisecond are made of the object's own identity: they never change,
 * differ between objects, and keep the order of creation within one millisecond.
 */
import type { SimExecution, SimJob } from '../../world/types.ts';

const NANOS_PER_MS = 1_000_000n;
const SLOTS = 500;

/** Go's zero time. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Unix nanoseconds at which a job was created. */
export function jobCreateNanos(job: SimJob): bigint {
  return nanos(job.createdAt, (job.seq % SLOTS) * 1000 + lastDigits(job.id));
}

/**
 * Unix nanoseconds of one of a job's changes of state or spec. The first is its creation, written down some sixty to a
 * hundred and seventy nanoseconds later (seen on 1.9.3).
 */
export function jobModifyNanos(
  job: SimJob,
  change: { readonly at: number; readonly revision: number },
): bigint {
  if (change.revision <= 1) return jobCreateNanos(job) + BigInt(60 + (fnv1a(job.id) % 110));
  return nanos(change.at, (SLOTS + (change.revision % SLOTS)) * 1000 + lastDigits(job.id));
}

/** Unix nanoseconds of one of an execution's changes; the first is its creation. */
export function executionNanos(
  execution: SimExecution,
  change: { readonly at: number; readonly revision: number },
): bigint {
  const slot = change.revision <= 1 ? execution.index % SLOTS : SLOTS + (change.revision % SLOTS);
  return nanos(change.at, slot * 1000 + lastDigits(execution.id));
}

/** Unix nanoseconds of a millisecond plus what lies below it. */
export function nanos(epochMs: number, subMs: number): bigint {
  return BigInt(Math.trunc(epochMs)) * NANOS_PER_MS + BigInt(Math.trunc(subMs));
}

/** RFC 3339 in UTC with up to nine digits of fraction and no trailing zero, as Go prints a time. */
export function rfc3339(unixNanos: bigint): string {
  const ms = unixNanos / NANOS_PER_MS;
  const below = (unixNanos % NANOS_PER_MS).toString().padStart(6, '0');
  const iso = new Date(Number(ms)).toISOString();
  const fraction = (iso.slice(20, 23) + below).replace(/0+$/, '');
  return `${iso.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** RFC 3339 of whole milliseconds. */
export function rfc3339Ms(epochMs: number): string {
  return rfc3339(nanos(epochMs, 0));
}

/** 1 to 999, from an identity: so that no integer of the wire is representable as a double by luck. */
function lastDigits(identity: string): number {
  return 1 + (fnv1a(identity) % 999);
}

/** A small stable hash of a text, 32 bits. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}

/** A time as a server whose clock is off by `skewMs` writes it. */
export function skewed(unixNanos: bigint, skewMs: number): bigint {
  return unixNanos + BigInt(Math.trunc(skewMs)) * NANOS_PER_MS;
}
