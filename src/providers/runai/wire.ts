/**
 * The adapter for NVIDIA Run:ai. This folder owns everything that is particular to Run:ai: its two APIs (the control
 * plane's, and in `researcher/` the old one of a cluster), their paging, their words. `index.ts` is the only door.
 *
 * Facts about the wire come from the vendor's specifications of 2.18 to 2.24, its documentation and its own clients;
 * none was checked against a live installation. Where code relies on one that none of them states, a comment says
 * "unverified".
 */
import { parseTimestamp, type EpochMs } from '../../model/time.ts';
import { RowError, requiredTime, textOf, type Wire } from '../reading.ts';

/** A workload or pod as it came, with what no row can do without. */
export interface NativeRow {
  readonly id: string;
  readonly createdAt: EpochMs;
  /** When the answer that held it arrived. */
  readonly observedAt: EpochMs;
  readonly wire: Wire;
}

export type WorkloadRow = NativeRow;

export interface PodRow extends NativeRow {
  readonly workloadId: string;
}

const ID = /^[A-Za-z0-9][\w.-]{0,127}$/;
const LAST_TIME_MS = Date.UTC(9999, 11, 31);

/** Whether a text can be an id. Most are uuids; those of projects and node pools may be small numbers. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** An id that the row cannot do without. */
export function requiredId(wire: Wire, member: string): string {
  const id = idOf(wire[member]);
  if (id === null) throw new RowError(`${member} is missing or no id`);
  return id;
}

/** An id, also when it arrives as a number; null for anything else. */
export function idOf(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value);
  return text !== null && isId(text) ? text : null;
}

function decodeRow(wire: Wire, observedAt: EpochMs): NativeRow {
  const id = requiredId(wire, 'id');
  const createdAt = requiredTime(wire, 'createdAt');
  if (createdAt < 0 || createdAt > LAST_TIME_MS) throw new RowError('createdAt is out of range');
  return { id, createdAt, observedAt, wire };
}

export function decodeWorkload(wire: Wire, observedAt: EpochMs): WorkloadRow {
  return decodeRow(wire, observedAt);
}

export function decodePod(wire: Wire, observedAt: EpochMs): PodRow {
  return { ...decodeRow(wire, observedAt), workloadId: requiredId(wire, 'workloadId') };
}

/** When the phase last changed; the creation when it does not say. */
export function phaseTimeOf(row: WorkloadRow): EpochMs {
  return parseTimestamp(row.wire['phaseUpdatedAt']) ?? row.createdAt;
}

/**
 * A number that never falls while the provider's record changes: milliseconds from creation to the last change, from 1.
 * `updatedAt` moves with every change, the times of the phases with some; they come from several clocks.
 */
export function revisionOf({ createdAt, wire }: NativeRow): number {
  const times = ['updatedAt', 'phaseUpdatedAt', 'k8sPhaseUpdatedAt', 'completedAt', 'deletedAt'].map(
    (member) => parseTimestamp(wire[member]) ?? createdAt,
  );
  return Math.max(0, ...times.map((time) => time - createdAt)) + 1;
}
