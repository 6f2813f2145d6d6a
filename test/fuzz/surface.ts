/**
 * Hostile input, found by chance: generated requests against a whole gateway on loopback sockets, with secrets in it that
 * must never come out. One file in `surfaces/` for each way in; `npm run fuzz` runs them for long, the tests here for a
 * moment; what was ever found is kept in `corpus/` and sent again by every test run.
 */
import type { Arbitrary } from 'fast-check';
import type { Rig } from './rig.ts';
import type { Visit } from './visit.ts';

/** One way in. Inputs are JSON, so that a finding can be kept; secrets in them are placeholders (`Door.fill`). */
export interface Surface<Input = unknown> {
  readonly name: string;
  /** What is sent: it may use what this gateway really holds, such as ids. */
  inputs(rig: Rig): Arbitrary<Input>;
  /** Sends one input, and tells the visit everything that came back. */
  send(visit: Visit, input: Input): Promise<void>;
  /** How many are under way at each door. Default 4. */
  readonly atOnce?: number;
  /** Its part of a long run, against the others. Default 1. */
  readonly share?: number;
  /** Goes on beside all of it. Returns how it is ended. */
  around?(rig: Rig): Promise<() => Promise<void>>;
  /** How the gateways are configured, where it differs. */
  readonly calls?: object;
}

/** Erases what only the surface itself has to know. */
export function surface<Input>(definition: Surface<Input>): Surface {
  return {
    ...definition,
    send: (visit: Visit, input: unknown) => definition.send(visit, input as Input),
  };
}
