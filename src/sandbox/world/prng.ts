/**
 * Seeded randomness. Every entity draws from a stream of its own, named by the seed and by what it is, so that one
 * entity's draws never depend on how often another one drew.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Picks by weight. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T;
  /** Exponentially distributed, rounded to an integer; at most six times the mean. */
  exponential(mean: number): number;
  /** Around `median`, skewed to the right as run times are; rounded to an integer. */
  skewed(median: number, spread: number): number;
  /** The form of a version 4 UUID. */
  uuid(): string;
}

/** Mixes text into 32 bits; a different `salt` gives an independent result. */
function mix(text: string, salt: number): number {
  let hash = salt ^ text.length;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The stream of the entity that `parts` name. The same seed and parts always give the same draws. */
export function randomOf(seed: number, ...parts: readonly (string | number)[]): Random {
  const name = `${seed}\u0000${parts.join('\u0000')}`;
  let a = mix(name, 0x9e3779b9);
  let b = mix(name, 0x243f6a88);
  let c = mix(name, 0xb7e15162);
  let counter = 1;

  // A counter-based generator of three words (the "small fast counting" family): passes as random, costs nothing.
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 8; i++) bits();

  const next = (): number => bits() / 0x1_0000_0000;
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const hex = (): string => bits().toString(16).padStart(8, '0');

  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    weighted: (list) => {
      let left = next() * list.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of list) {
        left -= weight;
        if (left < 0) return value;
      }
      const last = list.at(-1);
      if (last === undefined) throw new RangeError('Nothing to pick from.');
      return last[1];
    },
    exponential: (mean) => Math.round(mean * Math.min(6, -Math.log(1 - next()))),
    skewed: (median, spread) => {
      // Three uniform draws come close enough to a normal one for run times, with bounded tails.
      const normal = (next() + next() + next() - 1.5) * 2;
      return Math.round(median * Math.exp(normal * spread));
    },
    uuid: () => {
      const [first, second, third, fourth] = [hex(), hex(), hex(), hex()];
      const variant = '89ab'[Number.parseInt(third.slice(0, 1), 16) & 3] ?? '8';
      return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-${variant}${third.slice(1, 4)}-${third.slice(4)}${fourth}`;
    },
  };
}
