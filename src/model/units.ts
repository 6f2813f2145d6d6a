/** Integer bytes, 0 to 2^53-1. */
export type Bytes = number & { readonly __brand: 'Bytes' };

const SAFE = Number.MAX_SAFE_INTEGER;

/** Bytes from a finite number, rounded; null when it is no amount of bytes. */
export function bytes(value: unknown): Bytes | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > SAFE) return null;
  return Math.round(value) as Bytes;
}

/** What GraphQL's Int can carry. */
const MAX_INT = 2_147_483_647;

/** Thousandths of a core or of a GPU from whole units; null when it is no amount, or one that no Int can carry. */
export function millis(units: unknown): number | null {
  if (typeof units !== 'number' || !Number.isFinite(units) || units < 0) return null;
  const thousandths = Math.round(units * 1000);
  return thousandths > MAX_INT ? null : thousandths;
}

const DECIMAL = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/**
 * Parses a humanised byte size such as `512mb`, `4 GiB` or `10ki`: decimal prefixes mean powers of 1000, prefixes with
 * an `i` powers of 1024, no suffix means bytes. Null for anything else.
 */
export function parseByteSize(text: string): Bytes | null {
  const match = /^(\d+(?:\.\d+)?)([kmgtpe]?)(i?)b?$/.exec(text.replaceAll(/\s/g, '').toLowerCase());
  if (match === null) return null;
  const [, amount = '', prefix = '', binary = ''] = match;
  if (prefix === '' && binary !== '') return null;
  return bytes(Number(amount) * (binary === '' ? 1000 : 1024) ** DECIMAL.indexOf(prefix));
}

/** Parses a Kubernetes CPU quantity (`500m`, `2`, `0.1`) into thousandths of a core. Null for anything else. */
export function parseCpuQuantity(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text.trim());
  if (match === null) return null;
  return Math.round(Number(match[1]) * (match[2] === 'm' ? 1 : 1000));
}

const QUANTITY_SCALE: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/**
 * Parses a Kubernetes quantity (`64G`, `512Mi`, `1500m`, `1e3`) into plain units. Casing matters: `m` is a thousandth, `M`
 * a million. A `B` at the end (`0B`) is tolerated. Null for anything else, negative amounts included.
 */
export function parseQuantity(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,3})|(n|u|m|k|[KMGTPE]i|[MGTPE])?B?)$/.exec(
    text.trim(),
  );
  if (match === null) return null;
  const [, amount = '', exponent, suffix = ''] = match;
  const value =
    exponent === undefined
      ? Number(amount) * (QUANTITY_SCALE[suffix] ?? Number.NaN)
      : Number(`${amount}e${exponent}`);
  return Number.isFinite(value) ? value : null;
}
