/**
 * Who asks. This folder turns what a caller presents (an API key, a token, nothing) into a `Viewer`, the same way for
 * HTTP, event streams and WebSockets, and tells those that last when what they were let in with has ended. What a viewer
 * may do is decided elsewhere. `http-server.ts`, `live/` and `start.ts` call it; `cli/keys.ts` makes keys with it.
 */
import { LOCAL_VIEWER, type Viewer } from '../../model/access.ts';
import type { EpochMs } from '../../model/time.ts';

/** What somebody presents, and from where. */
export interface Credentials {
  /** The header, or the member of `connectionParams`; null when there is none. */
  readonly authorization: string | null;
  /** `x-api-key`, or `apiKey` of `connectionParams`. */
  readonly apiKey: string | null;
  /** Of the socket: what a proxy says about others could be anybody's word. */
  readonly remoteAddress: string;
}

/** Somebody who was let in. */
export interface Identity {
  readonly viewer: Viewer;
  /** When the credential ends; null when it does not. */
  readonly expiresAt: EpochMs | null;
  /** Digest of the part of the configuration that let them in: when that is gone or says something else, so are they. */
  readonly source: string;
}

/** Without `auth`, for whoever is on this machine. */
export const LOCAL_IDENTITY: Identity = { viewer: LOCAL_VIEWER, expiresAt: null, source: 'local' };
