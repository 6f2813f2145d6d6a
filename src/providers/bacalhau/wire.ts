/**
 * The adapter for Bacalhau 1.4 to 1.9. This folder owns everything that is particular to that API: its calls, its
 * words, and their reading into the unified model. Only `index.ts` is for others.
 *
 * What the wire looks like was read in the server's source (tags v1.4.0 to v1.9.3) and held against a server of 1.9.3
 * with the wasm engine; what is only known from that says "seen on 1.9.3", what rests on inference says so.
 * Nothing that arrives is trusted to have these shapes: every member is read through `../reading.ts`.
 */
import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import { countOf, isWire, listOf, RowError, textOf, wireOf, type Wire } from '../reading.ts';

/** Members that hold Unix nanoseconds as bare integers, far beyond what a JavaScript number can hold exactly. */
export const BIG_INTEGERS = ['CreateTime', 'ModifyTime'] as const;

/** Where and when a row was read: what every record made of it must tell. */
export interface Observed {
  readonly provider: ProviderKey;
  readonly observedAt: EpochMs;
}

/** One page of `GET jobs`. */
export interface JobsPage {
  readonly rows: readonly unknown[];
  /** Null on the last page; the wire sends an empty text then. */
  readonly nextToken: string | null;
}

/** The answer of `GET jobs/{id}`; `executions` is null unless they were asked for. */
export interface JobAnswer {
  readonly job: Wire;
  readonly executions: readonly unknown[] | null;
}

const NANOS_PER_MS = 1_000_000n;
/** The largest time that both an int64 of nanoseconds and a Date can hold. */
const MAX_NANOS = 2n ** 63n - 1n;

/** Unix nanoseconds; null when absent, zero (not set), negative or no integer. */
export function nanosOf(value: unknown): bigint | null {
  let nanos: bigint;
  if (typeof value === 'string' && /^\d{1,19}$/.test(value)) nanos = BigInt(value);
  else if (typeof value === 'number' && Number.isInteger(value) && value > 0) nanos = BigInt(value);
  else return null;
  return nanos > 0n && nanos <= MAX_NANOS ? nanos : null;
}

/** Unix nanoseconds that a row cannot do without. */
export function requiredNanos(row: Wire, member: string): bigint {
  const nanos = nanosOf(row[member]);
  if (nanos === null) throw new RowError(`${member} is missing or not a time`);
  return nanos;
}

export function msOfNanos(nanos: bigint): EpochMs {
  return epochMs(Number(nanos / NANOS_PER_MS));
}

/** A member in Unix nanoseconds as milliseconds; null when it holds none. */
export function timeOf(value: unknown): EpochMs | null {
  const nanos = nanosOf(value);
  return nanos === null ? null : msOfNanos(nanos);
}

/** A counter that only rises; 0 when absent or no counter. */
export function counterOf(value: unknown): number {
  return countOf(value) ?? 0;
}

/** `{ "<member>": […] }`, the shape of every list; anything else is not this API. */
export function rowsOf(body: unknown, member: 'Items' | 'Nodes', provider: ProviderKey): readonly unknown[] {
  const rows = wireOf(body)[member];
  // Lists are always arrays since 1.4, but a Go slice that was never made is null.
  if (!isWire(body) || !(member in body) || (rows !== null && !Array.isArray(rows))) {
    throw notBacalhau(provider, `a list without "${member}"`);
  }
  return listOf(rows);
}

export function jobsPageOf(body: unknown, provider: ProviderKey): JobsPage {
  return { rows: rowsOf(body, 'Items', provider), nextToken: textOf(wireOf(body)['NextToken']) };
}

export function jobAnswerOf(body: unknown, provider: ProviderKey): JobAnswer {
  const { Job: job, Executions: executions } = wireOf(body);
  if (!isWire(job)) throw notBacalhau(provider, 'a job answer without "Job"');
  return { job, executions: isWire(executions) ? listOf(executions['Items']) : null };
}

function notBacalhau(provider: ProviderKey, what: string): GridweaveError {
  return new GridweaveError(
    'PROVIDER_PROTOCOL',
    `Provider "${provider}" answered with ${what}. Check that its URL points at the API of a Bacalhau orchestrator.`,
    { provider },
  );
}
