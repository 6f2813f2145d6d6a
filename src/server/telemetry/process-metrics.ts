import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | null = null;

/**
 * Memory, CPU, event loop and garbage collection of the process, under the names that the library gives them everywhere.
 * Watched from the first scrape on, once per process, however many gateways it runs.
 */
export function processMetrics(): Registry {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
