/** What both subjects of the fan-out benchmark have in common: when to send, and what it has cost. */

export type Order =
  { readonly do: 'BEGIN'; readonly perSecond: number } | { readonly do: 'STOP' } | { readonly do: 'SPENT' };

export interface Spent {
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Events so far. */
  readonly events: number;
}

/** Wall-clock milliseconds with a fraction, comparable between processes of one machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** What each event says: a name of 24 bytes that begins with the time, between words that clients find it by. */
export const NAME_BEFORE = '"name":"';
export function timedName(): string {
  return nowMs().toFixed(3).padEnd(24, 'x');
}

/** Tells the runner the URL, then does as it is told. */
export function obey(url: string, emit: () => void): void {
  let timer: NodeJS.Timeout | null = null;
  let events = 0;
  let collecting = 0;
  process.on('message', (order: Order) => {
    if (order.do === 'BEGIN') {
      timer = setInterval(() => {
        events += 1;
        emit();
      }, 1_000 / order.perSecond);
    } else if (order.do === 'STOP') {
      if (timer !== null) clearInterval(timer);
    } else {
      const { user, system } = process.cpuUsage();
      // Garbage is nobody's memory per connection; collecting it here is not what messages cost.
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      const after = process.cpuUsage();
      collecting += (after.user + after.system - user - system) / 1_000;
      const cpuMs = (after.user + after.system) / 1_000 - collecting;
      const spent: Spent = { cpuMs, rssBytes: rss, heapBytes: heapUsed, events };
      process.send?.(spent);
    }
  });
  process.on('disconnect', () => process.exit());
  process.send?.(url);
}
