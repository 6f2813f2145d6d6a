import type { CostFile } from './cost-file.ts';

/** How costs differ from those that were looked at. */
export interface Difference {
  /** Sentences about what somebody has to look at: dearer or new. */
  readonly worse: readonly string[];
  /** Sentences about what has become cheaper, or is gone. */
  readonly better: readonly string[];
}

type Costs = CostFile['operations'][string];

/** Compares by name. Costs for other providers or other pages cannot be compared: that alone is told then. */
export function compareCosts(before: CostFile, now: CostFile): Difference {
  const basis = differentBasis(before, now);
  if (basis !== null) return { worse: [basis], better: [] };
  const known = new Map(Object.entries(before.operations));
  const worse: string[] = [];
  const better: string[] = [];
  for (const [name, costs] of Object.entries(now.operations)) {
    const was = known.get(name);
    known.delete(name);
    if (was === undefined) worse.push(`${name} is new: ${spell(costs)}.`);
    else if (figures(costs).some((figure, i) => figure > (figures(was)[i] ?? 0))) {
      worse.push(`${name} got dearer: ${spell(costs)}; it was ${spell(was)}.`);
    } else if (figures(costs).some((figure, i) => figure < (figures(was)[i] ?? 0))) {
      better.push(`${name} got cheaper: ${spell(costs)}; it was ${spell(was)}.`);
    }
  }
  for (const name of known.keys()) better.push(`${name} is gone.`);
  return { worse, better };
}

function differentBasis(before: CostFile, now: CostFile): string | null {
  const [was, is] = [before, now].map(
    ({ providers, maxPageSize }) =>
      `${providers.length === 0 ? 'no provider' : providers.join(', ')} and pages of ${String(maxPageSize)}`,
  );
  return was === is ? null : `The costs were counted for ${was ?? ''}; now it is ${is ?? ''}.`;
}

function figures({ usual, most }: Costs): number[] {
  return [usual.cost, usual.upstreamCalls, most.cost, most.upstreamCalls];
}

function spell({ usual, most }: Costs): string {
  const one = `cost ${String(usual.cost)}, ${String(usual.upstreamCalls)} calls`;
  return most.cost === usual.cost && most.upstreamCalls === usual.upstreamCalls
    ? one
    : `${one}, at most ${String(most.cost)} and ${String(most.upstreamCalls)}`;
}
