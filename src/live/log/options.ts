import type { Clock } from '../../model/time.ts';
import type { Retention } from './retention.ts';

export interface LogOptions {
  /** Limits that are not given are those of `DEFAULT_RETENTION`. */
  readonly retention?: Partial<Retention>;
  readonly clock?: Clock;
  /** Told in one sentence of what went wrong without anybody waiting for it. Default: a warning of the process. */
  readonly report?: (problem: string) => void;
}

/** What a log says when nobody said where to. */
export function warn(problem: string): void {
  process.emitWarning(problem, 'GridweaveEventLog');
}
