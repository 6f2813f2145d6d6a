import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { Feed } from '../../live/feed.ts';
import { GridweaveError } from '../../model/errors.ts';
import { FanOut, type FanOutDeps, type Seat } from './fan-out.ts';
import { isLiveSource, type ResolveLive, type Viewer } from './live-operation.ts';
import { subscribePlainly } from './plain-subscription.ts';
import { asGraphqlError } from './wire-error.ts';

/** A subscription that has begun, for a transport to carry on with. */
export type Opened =
  | { readonly kind: 'FEED'; readonly feed: Feed; readonly seat: Seat }
  | { readonly kind: 'RESULTS'; readonly results: AsyncIterable<ExecutionResult> };

/** Put into the context of an operation by a transport that can carry a subscription; without one it is refused. */
export class LiveSlot {
  /** Where the subscriber says it was (`Last-Event-ID`); null when it says nothing. */
  readonly after: string | null;
  /** Aborted when nobody wants its results any more. */
  readonly signal: AbortSignal;
  opened: Opened | null = null;

  constructor(signal: AbortSignal, after: string | null = null) {
    this.signal = signal;
    this.after = after;
  }

  /** Lets go of what was begun and is not carried on. */
  abandon(): void {
    const { opened } = this;
    this.opened = null;
    if (opened?.kind === 'FEED') {
      opened.feed.close();
      opened.seat.leave();
    }
    const results = opened?.kind === 'RESULTS' ? opened.results[Symbol.asyncIterator]() : null;
    results?.return?.().catch(() => {});
  }
}

export interface LiveOperationsOptions extends FanOutDeps {
  readonly resolveLive: ResolveLive;
  /** Who asks, from the context of the operation. Absent: everybody is the same. */
  readonly viewerOf?: ((context: unknown) => Viewer) | undefined;
}

const EVERYBODY: Viewer = { scope: '' };

/** Begins subscriptions: the one place where it is decided what is shared and what is not. */
export class LiveOperations {
  readonly fanOut: FanOut;
  readonly onFault: (fault: unknown) => void;
  readonly #options: LiveOperationsOptions;
  #leaving = false;

  constructor(options: LiveOperationsOptions) {
    this.#options = options;
    this.onFault = options.onFault;
    this.fanOut = new FanOut(options);
  }

  /** Nothing new begins from now on. */
  drain(): void {
    this.#leaving = true;
  }

  /** Fills the slot, or answers why not. */
  async open(args: ExecutionArgs, slot: LiveSlot | null): Promise<ExecutionResult> {
    try {
      if (slot === null) throw notAcceptable();
      if (this.#leaving) throw leaving();
      const opened = await this.#open(args, slot);
      if ('length' in opened) return { errors: opened };
      slot.opened = opened;
      return { data: null };
    } catch (error) {
      return { errors: [asGraphqlError(error)] };
    }
  }

  async #open(args: ExecutionArgs, { after, signal }: LiveSlot): Promise<Opened | readonly GraphQLError[]> {
    const { resolveLive, viewerOf, contextFor } = this.#options;
    const viewer = viewerOf?.(args.contextValue) ?? EVERYBODY;
    const resolved = await resolveLive(args);
    if (resolved === null) {
      // Fields that can be resumed find in their context where the subscriber says it was.
      const contextValue =
        after === null ? args.contextValue : { ...(args.contextValue as object), resumeAfter: after };
      const results = await subscribePlainly(
        { ...args, contextValue },
        (own) => contextFor(viewer, own),
        signal,
      );
      return 'length' in results ? results : { kind: 'RESULTS', results };
    }
    if ('length' in resolved) return resolved;
    if (!isLiveSource(resolved)) return { kind: 'RESULTS', results: resolved };
    const source = after === null ? resolved : resolved.withAfter(after);
    const feed = await source.open();
    return { kind: 'FEED', feed, seat: this.fanOut.join(args, source, viewer) };
  }
}

function notAcceptable(): GridweaveError {
  const remedy =
    'Send Accept: text/event-stream, or open a WebSocket with the subprotocol graphql-transport-ws.';
  return new GridweaveError('NOT_ACCEPTABLE', `A subscription has more than one answer. ${remedy}`);
}

function leaving(): GridweaveError {
  return new GridweaveError('SHUTTING_DOWN', 'The gateway is leaving. Connect again.');
}
