import type { Action } from '../model/actions.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';

/** What became of an action, in one word. */
export type AuditOutcome =
  'CREATED' | 'REPLAYED' | 'DONE' | 'ALREADY' | 'PLANNED' | 'REFUSED' | 'UNKNOWN' | 'SETTLED';

/** One line for each action that somebody asked for. Holds names and fingerprints; never a secret, never a value of `env`. */
export interface AuditLine {
  readonly at: EpochMs;
  readonly action: Action | 'SUBMIT' | 'RECONCILE' | 'IMPORT';
  /** Who asked, as far as it is known. */
  readonly actor: string;
  /** Ties the line to the log of the request; null for what the gateway does by itself. */
  readonly requestId: string | null;
  readonly provider: ProviderKey;
  /** Of the credential that the provider was called with. */
  readonly credential: string;
  /** What it was done to, or what came of it. */
  readonly targets: readonly { readonly kind: 'job' | 'task' | 'execution'; readonly key: NativeKey }[];
  /** Of the idempotency key; null for actions without one. */
  readonly stamp: string | null;
  readonly outcome: AuditOutcome;
  readonly error: ErrorCode | null;
  readonly durationMs: number;
  readonly dryRun: boolean;
}

/** Where audit lines go. Must not throw, and must not be waited for. */
export interface AuditSink {
  write(line: AuditLine): void;
}

/** Hands every line to several sinks. */
export function auditTo(...sinks: readonly AuditSink[]): AuditSink {
  return { write: (line) => sinks.forEach((sink) => sink.write(line)) };
}
