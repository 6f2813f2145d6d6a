import { Counter, type Registry } from 'prom-client';
import type { Refusals } from '../limits/refusals.ts';

/** What was refused, by the limit that it was over. Every limit is there from the beginning. */
export function watchRefusals(registry: Registry, { counts }: Pick<Refusals, 'counts'>): void {
  const counter = new Counter({
    name: 'gridweave_refusals_total',
    help: 'What was refused because it was over a limit, by the name of the limit.',
    labelNames: ['limit'],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [limit, count] of counts) counter.inc({ limit }, count);
    },
  });
}
