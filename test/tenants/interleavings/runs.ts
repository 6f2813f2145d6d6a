/**
 * Random schedules of what several accounts do at one provider at the same time, through the parts that keep something between
 * calls, without sockets and in time that is moved by hand. GRIDWEAVE_TENANT_RUNS says how many in all, GRIDWEAVE_SEED replays one.
 */
import { Random } from '../../live-model/random.ts';

const RUNS = Number(process.env['GRIDWEAVE_TENANT_RUNS'] ?? 1_500);
const SEED = process.env['GRIDWEAVE_SEED'];

/** Which accounts there are. `cafe0` is the configured one; everything that is theirs holds their mark. */
export const MARKS = ['ada0', 'b0b0', 'cafe0'] as const;
export type Mark = (typeof MARKS)[number];

/** Of so many runs a part of the tests takes its share. */
export function runs(share: number): { readonly count: number; readonly first: number; readonly timeoutMs: number } {
  const count = SEED === undefined ? Math.ceil(RUNS * share) : 1;
  const first = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED);
  return { count, first, timeoutMs: 60_000 + count * 50 };
} // prettier-ignore

/** Runs one schedule after the other; one that fails says how to replay it. */
export async function runAll(
  { count, first }: { readonly count: number; readonly first: number },
  schedule: (random: Random) => Promise<number>,
): Promise<number> {
  let told = 0;
  for (let i = 0; i < count; i++) {
    try {
      told += await schedule(new Random(first + i));
    } catch (error) {
      throw new Error(`GRIDWEAVE_SEED=${String(first + i)} replays it: ${String(error)}`, { cause: error });
    }
  }
  return told;
}

/** Lets everything that waits for nothing but its turn come to rest. */
export async function settled(turns = 60): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve();
}

/** Throws when anything of another account is in what this one was told. */
export function expectOwn(told: unknown, own: Mark, what: string): void {
  const text = told instanceof Error ? told.message : (JSON.stringify(told, replaceMaps) ?? '');
  for (const mark of MARKS) {
    if (mark !== own && text.includes(mark)) throw new Error(`${own} was told of ${mark} by ${what}: ${text.slice(0, 2_000)}`); // prettier-ignore
  }
}

function replaceMaps(_name: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (value instanceof Error) return value.message;
  return typeof value === 'bigint' ? value.toString() : value;
}
