/**
 * The adapter for Qarnot's compute REST API. This folder owns everything that is particular to Qarnot: its wire, its
 * filter language, its paging, its words. `index.ts` is the only door; nobody outside imports another file.
 *
 * Facts about the wire come from the published OpenAPI document and the official SDKs; none was checked against the
 * live service. Where code relies on one that no document states, a comment says "unverified".
 */
import { parseTimestamp, type EpochMs } from '../../model/time.ts';
import { MAX_INT, RowError, isWire, requiredText, requiredTime, type Wire } from '../reading.ts';

/** A task, pool or job as it came, with the three things no row can do without. */
export interface NativeRow {
  readonly uuid: string;
  readonly createdAt: EpochMs;
  /** When the answer that held it arrived. */
  readonly observedAt: EpochMs;
  /** The row itself, its member names in camelCase. */
  readonly wire: Wire;
}

/** References are null when absent, null or the all-zero GUID. */
export interface TaskRow extends NativeRow {
  readonly jobUuid: string | null;
  readonly poolUuid: string | null;
  /** Null on services that know no projects, and on tasks created without naming one. */
  readonly projectUuid: string | null;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NO_GUID = /^[0-]+$/;

/** The value as a GUID; null for anything else, the all-zero GUID included. */
export function guidOf(value: unknown): string | null {
  return typeof value === 'string' && GUID.test(value) && !NO_GUID.test(value) ? value : null;
}

/** Times .NET can hold and RFC 3339 can write: 1970 to 9999. */
export const LAST_TIME_MS = Date.UTC(9999, 11, 31);

export function decodeRow(source: Wire, observedAt: EpochMs): NativeRow {
  const wire = camelKeys(source);
  const uuid = guidOf(requiredText(wire, 'uuid'));
  if (uuid === null) throw new RowError('uuid is not a GUID');
  const createdAt = requiredTime(wire, 'creationDate');
  if (createdAt < 0 || createdAt > LAST_TIME_MS) throw new RowError('creationDate is out of range');
  return { uuid, createdAt, observedAt, wire };
}

export function decodeTask(source: Wire, observedAt: EpochMs): TaskRow {
  const row = decodeRow(source, observedAt);
  return {
    ...row,
    jobUuid: guidOf(row.wire['jobUuid']),
    poolUuid: guidOf(row.wire['poolUuid']),
    projectUuid: guidOf(row.wire['projectUuid']),
  };
}

/** When the row last changed; its creation when it does not say. */
export function modifiedAtOf(row: NativeRow): EpochMs {
  return parseTimestamp(row.wire['lastModified']) ?? row.createdAt;
}

/**
 * A number that never falls while the provider's record changes: whole seconds from creation to the last change, from 1.
 * `lastModified` has a precision of one second, so two changes within one second share a revision.
 */
export function revisionOf(createdAt: EpochMs, modifiedAt: EpochMs): number {
  return Math.min(Math.max(0, Math.floor((modifiedAt - createdAt) / 1000)) + 1, MAX_INT);
}

const MAX_DEPTH = 12;
/** Members whose own members are named by users: their spelling is content. */
const USER_NAMED = new Set(['labels', 'Labels']);

/**
 * The row with camelCase member names. The API answers in camelCase, yet its official clients disagree about casing;
 * a row in PascalCase costs one copy, a row in camelCase nothing.
 */
export function camelKeys(row: Wire): Wire {
  return Object.keys(row).some(startsUpper) ? (lowered(row, 0) as Wire) : row;
}

function lowered(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => lowered(item, depth + 1));
  if (!isWire(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      startsUpper(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name,
      USER_NAMED.has(name) ? member : lowered(member, depth + 1),
    ]),
  );
}

function startsUpper(name: string): boolean {
  return name >= 'A' && name < '[';
}
