import type { Authenticator } from '../auth/authenticator.ts';
import type { Identity } from '../auth/identity.ts';
import { callerOf, type CallerLimits, type Release } from '../limits/caller-limits.ts';
import { presentedByConnection } from '../auth/presented.ts';
import { CredentialRefused } from '../auth/refusal.ts';
import { GridweaveError } from '../../model/errors.ts';
import { CLOSE, type Closing } from './close-codes.ts';
import { headersIn } from '../credentials/connection-members.ts';
import type { WsConnection } from './ws-connection.ts';

/** Who is at the other end of each WebSocket, from its `connection_init` until it is gone. */
export class WsDoor {
  readonly #authenticator: Authenticator;
  readonly #identities = new WeakMap<WsConnection, Identity>();
  readonly #callers: CallerLimits;
  /** What is to be done when it has gone. */
  readonly #leaving = new WeakMap<WsConnection, Release>();
  readonly #headers = new WeakMap<WsConnection, Readonly<Record<string, string>>>();

  constructor(authenticator: Authenticator, callers: CallerLimits) {
    this.#authenticator = authenticator;
    this.#callers = callers;
  }

  /** Undefined for a client that was not let in yet. */
  identityOf(connection: WsConnection): Identity | undefined {
    return this.#identities.get(connection);
  }

  /** Headers of a client's operations: those of the request for the socket, and what `connection_init` adds. */
  headersOf(connection: WsConnection): Readonly<Record<string, string>> {
    return { ...connection.headers, ...this.#headers.get(connection) };
  }

  /** Whether a client may stay; one that may not has been closed with a code that says why. */
  async letIn(
    connection: WsConnection,
    params: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    const { headers, address } = connection;
    try {
      const presented = presentedByConnection(params, headers, address);
      const identity = await this.#authenticator.authenticate(presented);
      // It may have gone while it was looked at.
      if (!connection.open) return false;
      const leave = this.#callers.connect(callerOf(identity.viewer, address));
      if (leave instanceof GridweaveError) {
        connection.close(CLOSE.TOO_MANY_CONNECTIONS);
        return false;
      }
      connection.settle();
      this.#identities.set(connection, identity);
      this.#headers.set(connection, headersIn(params));
      const stop = this.#authenticator.watch(identity, () => connection.close(CLOSE.CREDENTIAL_ENDED));
      this.#leaving.set(connection, () => {
        stop();
        leave();
      });
      return true;
    } catch (error) {
      if (!(error instanceof GridweaveError)) throw error;
      if (error.code === 'RATE_LIMITED') this.#callers.refusals.count('keyAttempts');
      connection.close(closingFor(error));
      return false;
    }
  }

  /** The client has gone. */
  forget(connection: WsConnection): void {
    this.#leaving.get(connection)?.();
  }
}

function closingFor(error: GridweaveError): Closing {
  if (error.code === 'RATE_LIMITED') return CLOSE.TOO_MANY_ATTEMPTS;
  if (!(error instanceof CredentialRefused)) return CLOSE.AUTHENTICATION_UNAVAILABLE;
  return error.reason === 'ENDED' ? CLOSE.CREDENTIAL_ENDED : CLOSE.NOT_LET_IN;
}
