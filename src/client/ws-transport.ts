import type { LiveLeg, LiveObserver, LiveRequest, LiveTransport } from './transport.ts';
import { WsConnection, type WsOptions } from './ws-connection.ts';

/** All operations over one WebSocket, which is there while there are any. */
export class WsTransport implements LiveTransport {
  readonly #options: WsOptions;
  #connection: WsConnection | null = null;

  constructor(options: WsOptions) {
    this.#options = options;
  }

  open(request: LiveRequest, observer: LiveObserver): LiveLeg {
    this.#connection ??= this.#connect();
    return this.#connection.open(request, observer);
  }

  close(): void {
    this.#connection?.close();
  }

  #connect(): WsConnection {
    const connection = new WsConnection(this.#options, () => {
      if (this.#connection === connection) this.#connection = null;
    });
    return connection;
  }
}
