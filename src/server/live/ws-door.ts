import type { Authenticator } from '../auth/authenticator.ts';
import type { Identity } from '../auth/identity.ts';
import { presentedByConnection } from '../auth/presented.ts';
import { CredentialRefused } from '../auth/refusal.ts';
import { GridweaveError } from '../../model/errors.ts';
import { CLOSE, type Closing } from './close-codes.ts';
import type { WsConnection } from './ws-connection.ts';

/** Who is at the other end of each WebSocket, from its `connection_init` until it is gone. */
export class WsDoor {
  readonly #authenticator: Authenticator;
  readonly #identities = new WeakMap<WsConnection, Identity>();
  readonly #watches = new WeakMap<WsConnection, () => void>();

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
  }

  /** Undefined for a client that was not let in yet. */
  identityOf(connection: WsConnection): Identity | undefined {
    return this.#identities.get(connection);
  }

  /** Whether a client may stay; one that may not has been closed with a code that says why. */
  async letIn(
    connection: WsConnection,
    params: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    const { headers, socket } = connection;
    try {
      const presented = presentedByConnection(params, headers, socket.remoteAddress ?? '');
      const identity = await this.#authenticator.authenticate(presented);
      // It may have gone while it was looked at.
      if (!connection.open) return false;
      this.#identities.set(connection, identity);
      const stop = this.#authenticator.watch(identity, () => connection.close(CLOSE.CREDENTIAL_ENDED));
      this.#watches.set(connection, stop);
      return true;
    } catch (error) {
      if (!(error instanceof GridweaveError)) throw error;
      connection.close(closingFor(error));
      return false;
    }
  }

  /** The client has gone. */
  forget(connection: WsConnection): void {
    this.#watches.get(connection)?.();
  }
}

function closingFor(error: GridweaveError): Closing {
  if (error.code === 'RATE_LIMITED') return CLOSE.TOO_MANY_ATTEMPTS;
  if (!(error instanceof CredentialRefused)) return CLOSE.AUTHENTICATION_UNAVAILABLE;
  return error.reason === 'ENDED' ? CLOSE.CREDENTIAL_ENDED : CLOSE.NOT_LET_IN;
}
