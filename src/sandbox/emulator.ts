/**
 * The sandbox: a seeded world that lives, and one emulator per provider kind that serves it over a loopback socket in
 * that provider's own wire API. Emulators are a product feature (`gridweave sandbox --provider …`), so they are written
 * from the provider's documentation, never from our adapters, and share no code with them.
 */
import type { SiteName } from './world/types.ts';

/** One HTTP request (or WebSocket upgrade) that reached an emulator: what the tests count. */
export interface ReceivedCall {
  readonly method: string;
  /** Path with query, as received. */
  readonly target: string;
  readonly path: string;
  readonly at: number;
}

/** What can go wrong between a provider and its clients. Applies to calls that match, while it lasts. */
export interface Fault {
  /** Only calls whose "METHOD /path" contains this text; default all. */
  readonly match?: string;
  /** Fires for so many calls, then ends; default for ever (until cleared). */
  readonly times?: number;
  /** 0 to 1, drawn from the emulator's seeded generator; default 1. */
  readonly probability?: number;
  readonly effect: FaultEffect;
}

export type FaultEffect =
  /** Answers normally, later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Accepts the request and never answers. */
  | { readonly kind: 'hang' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly contentType?: string;
      readonly retryAfter?: string;
    }
  /** Sends the first part of the real body, then ends the connection. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Sends a body of this text with status 200 and content type JSON. */
  | { readonly kind: 'garbage'; readonly body: string }
  /** Destroys the connection before an answer; with `afterCommit` the request has taken effect. */
  | { readonly kind: 'reset'; readonly afterCommit?: boolean }
  /** Sends headers and then one byte of the body at a time. */
  | { readonly kind: 'slow-body'; readonly bytesPerSecond: number }
  /** Treats the credential as expired. */
  | { readonly kind: 'unauthorized' }
  /** Shifts the emulator's own clock (its Date header and timestamps). */
  | { readonly kind: 'clock-skew'; readonly ms: number };

export interface FaultBoard {
  set(name: string, fault: Fault): void;
  clear(name?: string): void;
  list(): Readonly<Record<string, Fault>>;
}

export interface RunningEmulator {
  readonly kind: SiteName;
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly faults: FaultBoard;
  /** Every call received since the start or the last `resetCalls`, refused ones included. */
  readonly calls: readonly ReceivedCall[];
  resetCalls(): void;
  close(): Promise<void>;
}
