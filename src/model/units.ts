/** Integer bytes, 0 to 2^53-1. */
export type Bytes = number & { readonly __brand: 'Bytes' };

const SAFE = Number.MAX_SAFE_INTEGER;

/** Bytes from a finite number, rounded; null when it is no amount of bytes. */
export function bytes(value: unknown): Bytes | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > SAFE) return null;
  return Math.round(value) as Bytes;
}

/** Thousandths of a core or of a GPU from whole units; null when it is no amount. */
export function millis(units: unknown): number | null {
  if (typeof units !== 'number' || !Number.isFinite(units) || units < 0) return null;
  return Math.round(units * 1000);
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
