import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isWire, type Wire } from '../reading.ts';

/** What the vendor asks for: one entry for each type of instance. */
export interface LaunchRequest {
  readonly items: readonly CapacityItem[];
  /** The longest time for which the capacity is reserved, in hours. */
  readonly durationHours: number;
  /** Identifies the request: the vendor sends no delivery id, so it is made of all that the request says. */
  readonly digest: string;
}

export interface CapacityItem {
  /** Null when the entry names none: its members are not documented. */
  readonly instanceType: string | null;
  readonly count: number;
  /** The entry as it was sent. */
  readonly raw: Wire;
}

/** Bodies larger than this are not read, in bytes. The vendor's are far below 1 kB. */
export const MAX_LAUNCH_BYTES = 65_536;
const MAX_ITEMS = 100;
const MAX_COUNT = 100_000;
/** A year. */
const MAX_HOURS = 8_784;
const MAX_DEPTH = 16;

const count = z.int().min(0).max(MAX_COUNT).nullish();
const type = z.string().min(1).max(200).nullish();

/** The vendor documents `capacity` and `duration`; what is in an entry is a guess, so several spellings are read. */
const shape = z.looseObject({
  capacity: z
    .array(z.looseObject({ instanceType: type, type, name: type, count, quantity: count, amount: count }))
    .max(MAX_ITEMS),
  duration: z.number().gt(0).max(MAX_HOURS),
});

/** Reads a body. A text says what is wrong with it, without repeating any of it. */
export function launchRequestOf(body: string): LaunchRequest | string {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return 'The body is not JSON.';
  }
  const text = canonical(json, MAX_DEPTH);
  if (text === null) return 'The body is nested too deeply.';
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    const paths = new Set(parsed.error.issues.map((issue) => issue.path.filter(isShown).join('.') || 'body'));
    return `Not as expected: ${[...paths].slice(0, 5).join(', ')}.`;
  }
  const { capacity, duration } = parsed.data;
  const raws = isWire(json) && Array.isArray(json['capacity']) ? (json['capacity'] as Wire[]) : [];
  return {
    items: capacity.map((entry, i) => ({
      instanceType: entry.instanceType ?? entry.type ?? entry.name ?? null,
      count: entry.count ?? entry.quantity ?? entry.amount ?? 1,
      raw: raws[i] ?? {},
    })),
    durationHours: duration,
    digest: createHash('sha256').update(text).digest('hex'),
  };
}

/** Every part of the path is a name of ours or a number: the shape looks at no others. */
function isShown(part: PropertyKey): boolean {
  return typeof part === 'string' || typeof part === 'number';
}

/** The same text for the same content, whatever the order of its members. Null when it is nested too deeply. */
function canonical(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth === 0) return null;
  const parts = Array.isArray(value)
    ? value.map((item) => canonical(item, depth - 1))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => {
          const text = canonical(item, depth - 1);
          return text === null ? null : `${JSON.stringify(name)}:${text}`;
        });
  if (parts.includes(null)) return null;
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.join()}}`;
}
