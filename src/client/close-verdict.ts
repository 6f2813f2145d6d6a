import type { Retry } from './transport.ts';

/** The same would happen again: who we are, or how we speak, is not accepted. */
const NEVER: ReadonlySet<number> = new Set([
  1003, // does not take this type of data
  1008, // against its policy
  1009, // a message was too large
  1010, // wants an extension
  4400, // bad message
  4401, // not initialised
  4403, // refused
  4406, // subprotocol
  4409, // id in use
]);

/** It has had enough of us, or is not well. */
const LATER: ReadonlySet<number> = new Set([
  1002, // a broken frame
  1007, // broken text
  1011, // internal error
  1013, // try again later
  4429, // too many messages
  4500, // a fault of the gateway
]);

/**
 * What to do after a WebSocket was closed. Everything else is the network (1006), a server or a proxy that leaves (1000, 1001,
 * 1012, 4503), or something that is over by then (4408 no `connection_init` in time, 4413 stalled).
 */
export function closeVerdict(code: number): Retry {
  if (NEVER.has(code)) return 'NEVER';
  return LATER.has(code) ? 'LATER' : 'SOON';
}
