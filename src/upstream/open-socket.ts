import type { WebSocket } from 'ws';
import type { Clock } from '../model/time.ts';
import { prepareCall, type Send } from './call.ts';
import { dial } from './dial.ts';
import { failureForStatus } from './failure.ts';
import { wrapSocket, type OpenSocket } from './socket.ts';
import type { CallContext, UpstreamOptions, UpstreamRequest, UpstreamSocket } from './types.ts';

export interface SocketOpener {
  open(request: Pick<UpstreamRequest, 'path' | 'query'>, ctx: CallContext): Promise<UpstreamSocket>;
  /** Cuts all open sockets; resolves when their connections are gone. */
  close(): Promise<void>;
}

/**
 * Opens message sockets. A handshake is a call like any other, so it goes through the same interceptors (`through`):
 * deadline, breaker, rate limit, budget and report, credential. The deadline is the handshake's only; an open socket
 * lives until one side closes it or the context's signal aborts.
 */
export function createSocketOpener(
  through: (last: Send) => Send,
  options: UpstreamOptions,
  clock: Clock,
): SocketOpener {
  const live = new Set<OpenSocket>();
  return {
    async open(request, ctx) {
      const dialled: { socket: WebSocket | null } = { socket: null };
      const handshake = through(async (call) => {
        const { answer, socket } = await dial(call, options, clock);
        dialled.socket = socket;
        return answer;
      });
      const answer = await handshake(
        prepareCall({ ...request, method: 'GET', decode: 'text' }, ctx, options),
      );
      if (dialled.socket === null) throw failureForStatus(answer, options.provider, null);
      const socket = wrapSocket(dialled.socket, ctx.signal, options);
      live.add(socket);
      void socket.closed.then(() => live.delete(socket));
      return socket;
    },
    async close() {
      const open = [...live];
      for (const socket of open) socket.terminate();
      await Promise.all(open.map((socket) => socket.closed));
    },
  };
}
