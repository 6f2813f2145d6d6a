/**
 * The client's side of subscriptions: a stream that goes on where it was when a connection is lost. Protocols send the
 * original variables again when they reconnect, so whoever wants to resume has to rewrite `after`; this folder does.
 *
 * A leaf in both directions: it knows the published schema alone and imports nothing else of this project, and nothing
 * but tests imports it. It runs in browsers and in Node, so it uses nothing that only one of them has. Published as
 * `gridweave/client`.
 */
export type { Backoff } from './backoff.ts';
export { createLiveClient, type LiveClient, type LiveClientOptions } from './live-client.ts';
export { LiveError, type LiveErrorCode } from './live-error.ts';
export type { LiveMirror, MirrorOptions } from './live-mirror.ts';
export { LiveStore } from './live-store.ts';
export type { LiveHandlers, LiveState, RestartReason, Subscription } from './live-handlers.ts';
export type {
  LiveLeg,
  LiveObserver,
  LiveRequest,
  LiveResult,
  LiveTransport,
  Loss,
  RefusedError,
} from './transport.ts';
export type {
  AnyMessage,
  GapOf,
  MessageOf,
  ObjectFieldOf,
  ObjectOf,
  TypedDocument,
} from './typed-document.ts';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';
