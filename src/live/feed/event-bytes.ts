import type { LiveEvent } from '../event.ts';
import { estimateBytes } from '../log/measure.ts';

/** Weighed once, however many queues an event stands in. */
const weighed = new WeakMap<LiveEvent, number>();

/** What an event counts for in a queue: what the log counts it for. Readers share the event itself. */
export function eventBytes(event: LiveEvent): number {
  let bytes = weighed.get(event);
  if (bytes === undefined) {
    bytes = estimateBytes(event);
    weighed.set(event, bytes);
  }
  return bytes;
}
