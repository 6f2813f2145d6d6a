import type { ErrorCode } from '../../model/errors.ts';
import type { LogOutput } from '../../providers/provider.ts';
import type { FinalEnd } from './item.ts';

/** A line, or a piece of one. */
export interface LogPart {
  readonly stream: LogOutput;
  /** Without its newline. */
  readonly text: string;
  /** False: the next part of the same output goes on with this line. */
  readonly newline: boolean;
}

/** SLOW: this reader did not keep up. REPLACED: what the provider has does not go on from what it had. */
export type LogGapReason = 'SLOW' | 'REPLACED';

/** What one who follows a log is sent. Resuming after a `cursor` gives what comes behind its message. */
export type LogMessage = { readonly cursor: string } & (
  | { readonly type: 'CHUNK'; readonly parts: readonly LogPart[] }
  | {
      readonly type: 'GAP';
      readonly reason: LogGapReason;
      /** Bytes that were left out; null when nobody knows. */
      readonly lostBytes: number | null;
      readonly message: string;
    }
  | {
      readonly type: 'NOTICE';
      readonly state: 'INTERRUPTED' | 'RESUMED';
      readonly code: ErrorCode | null;
      readonly message: string;
    }
  | { readonly type: 'ENDED'; readonly end: FinalEnd; readonly message: string | null }
);

/** Splits a text into lines; the last one may be a piece. */
export function partsOf(stream: LogOutput, text: string): LogPart[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const parts = lines.map((line) => ({ stream, text: line, newline: true }));
  return last === '' ? parts : [...parts, { stream, text: last, newline: false }];
}
