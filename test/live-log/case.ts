/**
 * The contract suite of event logs: one table of cases that every backend passes. A case knows `EventLog` and nothing of
 * where events are kept: it compares entries by what they say, and what another instance did is waited for, as a log may
 * be shared through a server.
 *
 * `cases/` holds the table by topic, `run.ts` registers it for a target, `events.ts` makes events. To hold another backend to
 * the contract, write a target and a runner of three lines.
 */
import type { EventLog, PartitionKey } from '../../src/live/event-log.ts';

export interface LogSetup {
  readonly retention?: { readonly events?: number; readonly bytes?: number };
}

/** One backend. Everything that it starts is closed by the runner. */
export interface LogTarget {
  readonly name: string;
  /** What was kept is there again after a clean end: the window, with its epoch. */
  readonly keeps: boolean;
  /** A log of its own for one case, empty. */
  start(setup?: LogSetup): Promise<StartedLog>;
}

export interface StartedLog {
  readonly log: EventLog;
  /** Closes the log and opens it again, as a restart of the gateway does. */
  restart(): Promise<StartedLog>;
}

export interface LogCase {
  readonly name: string;
  /** Only for backends that keep what they hold over a restart (true), or only for those that do not (false). */
  readonly keeps?: boolean;
  run(target: LogTarget): Promise<void>;
}

export interface Topic {
  readonly name: string;
  readonly cases: readonly LogCase[];
}

export const LAB = 'lab' as PartitionKey;
export const CLOUD = 'cloud-2' as PartitionKey;
