import fc from 'fast-check';
import type { Door, DoorName } from './door.ts';
import type { Rig } from './rig.ts';
import { settled, stillAnswers } from './after.ts';
import type { Surface } from './surface.ts';
import { Visit } from './visit.ts';

export interface CampaignOptions {
  readonly surface: Surface;
  readonly rig: Rig;
  readonly seed: number;
  /** Inputs that are sent. */
  readonly count: number;
  /** Wait until nothing of it is held any more. Default true. */
  readonly settle?: boolean;
  readonly onProgress?: (done: number) => void;
}

export interface Finding {
  readonly surface: string;
  readonly door: DoorName;
  readonly problem: string;
  /** As small as it could be made; null when it came up beside a request, and none brings it up again. */
  readonly input: unknown;
  /** How often. */
  times: number;
}

export interface Report {
  readonly requests: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
  /** Bytes in use after a collection, in the middle and at the end; null without `--expose-gc`. */
  readonly heap: readonly [number, number] | null;
}

interface Case {
  readonly door: Door;
  readonly input: unknown;
  /** How the input is generated again, and then made smaller. */
  readonly seed: number;
  readonly path: number;
}

const BATCH = 64;
const AT_ONCE = 4;
/** Every so many requests a usual one must be answered as usual. */
const ASK_EVERY = 250;
const DEADLINE_MS = 20_000;
/** What goes wrong beside a request shows by then. */
const ECHO_MS = 30;
/** Findings of one kind are told once. */
const kindOf = (problem: string): string =>
  problem.replaceAll(/\d+/g, 'n').split('\n').slice(0, 3).join(' ').slice(0, 160);

/** Sends inputs to both doors, several at a time, and looks at everything that comes out. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const { surface, rig, count } = options;
  const outcomes = new Map<string, number>();
  const found = new Map<string, { problem: string; cases: Case[]; times: number }>();
  const recent: Case[] = [];
  const cases = casesOf(options);
  let done = 0;
  let heapBefore: number | null = null;

  const note = (problem: string, suspects: readonly Case[]): void => {
    const kind = kindOf(problem);
    const known = found.get(kind);
    if (known === undefined) found.set(kind, { problem, cases: [...suspects], times: 1 });
    else known.times += 1;
  };

  const lane = async (): Promise<void> => {
    for (const each of cases) {
      recent.push(each);
      if (recent.length > 24) recent.shift();
      const visit = await visited(surface, rig, each);
      for (const outcome of visit.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      for (const problem of visit.problems) note(problem, [each]);
      for (const fault of rig.faults.splice(0)) note(fault, [each, ...recent.toReversed()]);
      done += 1;
      if (done % ASK_EVERY === 0) {
        for (const problem of await stillAnswers(rig)) note(problem, recent);
        options.onProgress?.(done);
      }
      if (done === Math.floor(count / 2)) heapBefore = heapInUse();
    }
  };

  const stop = await surface.around?.(rig);
  // Lanes of one surface take their cases from one list, which alternates between the doors.
  await Promise.all(Array.from({ length: surface.atOnce === 1 ? 1 : AT_ONCE * 2 }, lane));
  await stop?.();
  const left = options.settle === false ? [] : await settled(rig);
  for (const problem of [...left, ...(await stillAnswers(rig)), ...rig.faults.splice(0)]) note(problem, []);
  const heapAfter = heapInUse();
  const findings: Finding[] = [];
  for (const { problem, cases: suspects, times } of found.values()) {
    const { door, input } = await smallest(surface, rig, problem, suspects);
    findings.push({ surface: surface.name, door, problem, input, times });
  }
  const heap = heapBefore === null || heapAfter === null ? null : ([heapBefore, heapAfter] as const);
  return { requests: done, outcomes, findings, heap };
}

function* casesOf({ surface, rig, seed, count }: CampaignOptions): Generator<Case> {
  const arbitrary = surface.inputs(rig);
  const { doors } = rig;
  for (let sent = 0; sent < count; sent += BATCH) {
    const batchSeed = seed + sent;
    const inputs = fc.sample(arbitrary, { seed: batchSeed, numRuns: Math.min(BATCH, count - sent) });
    for (const [path, input] of inputs.entries())
      yield { door: doors[path % doors.length]!, input, seed: batchSeed, path };
  }
}

/** Sends one input. Whatever is thrown on the way is a problem, and so is no end. */
export async function visited(
  surface: Surface,
  rig: Rig,
  { door, input }: Pick<Case, 'door' | 'input'>,
): Promise<Visit> {
  const visit = new Visit(rig, door);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      visit.problem('no end in 20 s');
      resolve();
    }, DEADLINE_MS);
  });
  const sent = surface.send(visit, input).catch((error: unknown) => {
    visit.problem(`the connection failed: ${error instanceof Error ? error.message : String(error)}`);
  });
  await Promise.race([sent, late]);
  clearTimeout(timer);
  return visit;
}

/** Sends one input alone, and waits for what it does beside its answer. */
export async function problemsOf(
  surface: Surface,
  rig: Rig,
  each: Pick<Case, 'door' | 'input'>,
): Promise<readonly string[]> {
  rig.faults.splice(0);
  const { problems } = await visited(surface, rig, each);
  await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
  return [...problems, ...rig.faults.splice(0)];
}

/** The smallest input that still brings a problem up. */
async function smallest(
  surface: Surface,
  rig: Rig,
  problem: string,
  suspects: readonly Case[],
): Promise<{ door: DoorName; input: unknown }> {
  const kind = kindOf(problem);
  const isIt = async (each: Pick<Case, 'door' | 'input'>): Promise<boolean> =>
    (await problemsOf(surface, rig, each)).some((other) => kindOf(other) === kind);
  for (const each of suspects) {
    if (!(await isIt(each))) continue;
    const property = fc.asyncProperty(surface.inputs(rig), async (input) => {
      if (await isIt({ door: each.door, input })) throw new Error(kind);
    });
    const details = await fc.check(property, {
      seed: each.seed,
      path: String(each.path),
      numRuns: 1,
      interruptAfterTimeLimit: 15_000,
    });
    return { door: each.door.name, input: details.counterexample?.[0] ?? each.input };
  }
  return { door: suspects[0]?.door.name ?? 'open', input: suspects.length === 1 ? suspects[0]?.input : null };
}

function heapInUse(): number | null {
  const collect: unknown = Reflect.get(globalThis, 'gc');
  if (typeof collect !== 'function') return null;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
