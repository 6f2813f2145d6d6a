import type { RefusedError } from './transport.ts';
import type { GapOf } from './typed-document.ts';

/**
 * CONNECTING: asked, and nothing heard yet; how a subscription begins, and not told then. LIVE: messages come. WAITING: lost,
 * and about to come back.
 */
export type LiveState = 'CONNECTING' | 'LIVE' | 'WAITING';

/**
 * SNAPSHOT_CUT: the connection was lost in the middle of the first snapshot, which has no place to go on from.
 * CURSOR_REFUSED: the gateway does not know its own cursor any more, as after a change of version.
 */
export type RestartReason = 'SNAPSHOT_CUT' | 'CURSOR_REFUSED';

/**
 * What a subscription tells, and never before the call that opened it has returned. A handler that throws ends the
 * subscription with a HANDLER error.
 */
export interface LiveHandlers<Message> {
  /** Every message, once, in order. Those of a Gap and a Bookmark too. */
  readonly onMessage: (message: Message) => void;
  /**
   * Something may have been missed. Called before `onMessage` with the same message: a Gap, which a fresh snapshot follows, or
   * a LogGap.
   */
  readonly onGap?: ((gap: GapOf<Message>) => void) | undefined;
  /** A snapshot begins from the start, with no Gap to say so. Forget what is not in it. */
  readonly onRestart?: ((reason: RestartReason) => void) | undefined;
  /** Fields of a message that could not be had; they are null in it. */
  readonly onFieldErrors?: ((errors: readonly RefusedError[], message: Message) => void) | undefined;
  /** For a light in a corner of the page. `why` goes with WAITING. */
  readonly onState?: ((state: LiveState, why: string | null) => void) | undefined;
  /** Called once, at the end: null when it was asked for, also by `onGap: FAIL`, and when a log has ended. */
  readonly onEnd?: ((error: Error | null) => void) | undefined;
  /** Ends the subscription when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** A subscription that goes on until it is stopped. */
export interface Subscription {
  /** The cursor of the last message that was handled; what to pass as `after` another day. Null before there is one. */
  readonly cursor: string | null;
  readonly ended: boolean;
  /** Ends it at once. Idempotent. */
  stop(): void;
}
