/**
 * Following what executions write. One upstream follower for each (provider, credential, execution, stream), shared by all
 * who read it; each reader has a bounded way to it and a cursor in every message. Works with any adapter: those that can
 * tell a log as text do (`followLog`), the others are asked again and again (`logs`). `graph/` opens readers; nobody else
 * calls this folder, except `server/`, which makes and closes it.
 */
import type { LogOutput, LogStream } from '../../providers/provider.ts';
import { NOTHING, type Check } from './check.ts';

/** A place in one output: how many bytes of it lie before, and what the last of them were. */
export interface LogPlace {
  readonly at: number;
  readonly check: Check;
}

/** A place in a log. Outputs have a place each: how they interleave is not told by every provider, nor kept by all. */
export type LogPosition = Readonly<Record<LogOutput, LogPlace>>;

const START: LogPlace = { at: 0, check: NOTHING };

export const BEGINNING: LogPosition = { STDOUT: START, STDERR: START };

/** The outputs that make up a stream. */
export function outputsOf(stream: LogStream): readonly LogOutput[] {
  return stream === 'COMBINED' ? ['STDOUT', 'STDERR'] : [stream];
}

export function samePlace(a: LogPlace, b: LogPlace): boolean {
  return a.at === b.at && a.check.size === b.check.size && a.check.crc === b.check.crc;
}
