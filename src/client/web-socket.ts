/** What is used of a WebSocket: browsers, Node 22 and the `ws` package have it. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Closes it without waiting for the other side. Only `ws` has it. */
  terminate?(): void;
  addEventListener(type: 'open' | 'message' | 'error' | 'close', listener: (event: object) => void): void;
}

export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike;

/** The one of this environment; Node 20 has none. */
export function ownWebSocket(): WebSocketConstructor | undefined {
  const { WebSocket } = globalThis as { readonly WebSocket?: WebSocketConstructor };
  return WebSocket;
}
