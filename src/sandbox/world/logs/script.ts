/** The form every log is written in: a generator of lines, in order of time, from what is known of the attempt. */
import type { Random } from '../prng.ts';
import type { SimJobSpec, SimLogLine } from '../types.ts';

export interface LogFacts {
  readonly spec: SimJobSpec;
  readonly index: number;
  readonly attempt: number;
  readonly nodeName: string;
  /** Model of the node's GPU; null when the job has none. */
  readonly gpuModel: string | null;
  readonly startedAt: number;
  /** How long the program believes it will run; its lines are spread over that. */
  readonly runMs: number;
}

/** Yields what an attempt prints while it runs. Endless for what never ends; the reader stops at "now". */
export type LogScript = (facts: LogFacts, random: Random) => Iterable<SimLogLine>;

export function out(at: number, text: string): SimLogLine {
  return { at: Math.round(at), stream: 'stdout', text };
}

export function err(at: number, text: string): SimLogLine {
  return { at: Math.round(at), stream: 'stderr', text };
}

/** How many lines to spread over a run so that one comes about every `everyMs`. */
export function lineCount(runMs: number, everyMs: number, max = 5000): number {
  return Math.max(4, Math.min(max, Math.floor(runMs / everyMs)));
}

/** A wall-clock time as loggers print it: `2026-01-05 09:14:03,127`. */
export function loggerTime(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23);
}
