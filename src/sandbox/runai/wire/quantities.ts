/** Kubernetes quantities: `512Mi`, `64G`, `1500m`, and the bare `B` that this API also prints. */

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number a quantity stands for; null when it is none. */
export function parseQuantity(quantity: string): number | null {
  const parts = /^\+?(\d+(?:\.\d*)?|\.\d+)(?:([eE][-+]?\d+)|([numkKMGTPE]|[KMGTPE]i)?)B?$/.exec(quantity);
  if (parts === null) return null;
  const [, digits = '', exponent, unit = ''] = parts;
  return exponent === undefined ? Number(digits) * (FACTORS[unit] ?? 1) : Number(digits + exponent);
}

/** Bytes in the largest binary unit that divides them; nothing is `0B`. */
export function printBytes(bytes: number): string {
  if (bytes <= 0) return '0B';
  for (const [unit, factor] of [
    ['Ti', 2 ** 40],
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const) {
    if (bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(Math.round(bytes));
}

/** Megabytes, as quotas count memory. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
