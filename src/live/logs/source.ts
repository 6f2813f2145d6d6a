import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import { epochMs, type Clock } from '../../model/time.ts';
import type { LogOutput, LogPiece, LogStream } from '../../providers/provider.ts';
import type { Provider } from '../../providers/registry.ts';
import { createCallBudget } from '../../upstream/call-budget.ts';
import type { CallContext, CallerCredentials } from '../../upstream/types.ts';
import { polledPass } from './polled-pass.ts';

/** One log of a provider, to be read again and again. */
export interface LogSource {
  readonly outputs: readonly LogOutput[];
  /** Tells what is there behind these offsets; ends with an END, or throws. */
  read(after: Readonly<Record<LogOutput, number>>, signal: AbortSignal): AsyncIterable<LogPiece>;
}

const REMOVED = 'The provider has been taken out of the configuration.';

/** Upstream calls of one reading at most. */
const CALLS_PER_PASS = 200;

export interface SourceOptions {
  /** The provider as it is configured now: another may take its place while its log is followed. */
  readonly provider: () => Provider | null;
  readonly execution: NativeKey;
  readonly stream: LogStream;
  readonly outputs: readonly LogOutput[];
  /** The caller's own, where they take the place of configured ones. */
  readonly credentials: CallerCredentials | undefined;
  readonly clock: Clock;
  readonly passTimeoutMs: number;
}

/** The log of an execution, told by its adapter where it can tell logs as text, and asked for in parts where it cannot. */
export function logSource({ provider, execution, stream, outputs, ...options }: SourceOptions): LogSource {
  return {
    outputs,
    read: (after, signal) => {
      const adapter = provider()?.adapter;
      if (adapter === undefined) throw new GridweaveError('UNSUPPORTED_OPERATION', REMOVED);
      const ctx: CallContext = {
        signal,
        deadlineAt: epochMs(options.clock.now() + options.passTimeoutMs),
        budget: createCallBudget(CALLS_PER_PASS),
        priority: 'background',
        // An output from before and a state from after would be taken for the end.
        freshnessMs: 0,
        ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      };
      return adapter.followLog === undefined
        ? polledPass({ adapter, execution, outputs, after, ctx })
        : adapter.followLog(execution, { stream, after }, ctx);
    },
  };
}
