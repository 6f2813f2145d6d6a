/** Resource requests as text: Kubernetes quantities for CPU, humanised bytes for memory and disk, integers for GPUs. */

const CPU = /^(\d+(?:\.\d+)?)(m?)$/;
const BYTES = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b?$/i;
const POWER: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Thousandths of a core; null when unreadable. `"500m"` is 500, `"2"` is 2000. */
export function cpuMillisOf(text: string): number | null {
  const match = CPU.exec(text.trim());
  if (match === null) return null;
  return Math.round(Number(match[1]) * (match[2] === 'm' ? 1 : 1000));
}

/** Bytes; null when unreadable. `"512mb"` is 512 × 10⁶, `"512mib"` is 512 × 2²⁰. */
export function bytesOf(text: string): number | null {
  const match = BYTES.exec(text.trim());
  if (match === null) return null;
  const base = match[3] === '' ? 1000 : 1024;
  return Math.round(Number(match[1]) * base ** (POWER[match[2]?.toLowerCase() ?? ''] ?? 0));
}

/** Whole GPUs; null when unreadable. */
export function gpusOf(text: string): number | null {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}

/** Cores as a request writes them: `"2"` or `"500m"`. */
export function cpuText(cpuMillis: number): string {
  return cpuMillis % 1000 === 0 ? String(cpuMillis / 1000) : `${cpuMillis}m`;
}

/** Bytes as a request writes them: the largest unit that divides them. */
export function bytesText(bytes: number): string {
  for (const [unit, size] of UNITS) {
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}b`;
}

const UNITS = [
  ['gib', 1024 ** 3],
  ['gb', 1000 ** 3],
  ['mib', 1024 ** 2],
  ['mb', 1000 ** 2],
] as const;
