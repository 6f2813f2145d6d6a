/**
 * The server every emulator stands on: plain node:http that records calls, applies faults, and closes without leaks.
 * It knows no provider; the emulator's `handle` is a function from request to answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GridweaveError } from '../model/errors.ts';
import type { Clock } from '../model/time.ts';
import type { CallFaults } from './answer.ts';
import { foldFaults, refuseUpgrade, sendAnswer } from './answer.ts';
import { answerControl, isControlTarget } from './control.ts';
import type { ReceivedCall, RunningEmulator } from './emulator.ts';
import { createFaultBoard } from './faults.ts';
import type { EmulatorRequest, EmulatorResponse, ParsedTarget } from './request.ts';
import { parseTarget, readBody } from './request.ts';
import { randomOf } from './world/prng.ts';
import type { SiteName } from './world/types.ts';

export type { EmulatorRequest, EmulatorResponse } from './request.ts';

/** An upgrade request with the message that a WebSocket server without a port of its own needs. */
export interface EmulatorUpgrade extends EmulatorRequest {
  readonly message: IncomingMessage;
}

export interface EmulatorServerOptions {
  readonly kind: SiteName;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly clock: Clock;
  /** Decides the draws of faults with a probability. */
  readonly seed: number;
  /** Default 10 MiB. */
  readonly maxBodyBytes?: number;
  /** The answer to a larger body. Default 413 without a body. */
  readonly bodyTooLarge?: (request: EmulatorRequest) => EmulatorResponse;
  /** Runs before `handle` and `upgrade`; an answer refuses the call. It must look at `expired`, too. */
  readonly authorizedCheck?: (request: EmulatorRequest) => EmulatorResponse | null;
  readonly handle: (request: EmulatorRequest) => Promise<EmulatorResponse> | EmulatorResponse;
  /** Takes a WebSocket over. Without it every upgrade is refused with 426. Ends with the emulator's `close`. */
  readonly upgrade?: (request: EmulatorUpgrade, socket: Duplex, head: Buffer) => void;
}

/** A running emulator, and what went wrong in its own code. */
export interface EmulatorServer extends RunningEmulator {
  /** Whatever a handler threw; the client got a 500. Empty in a healthy test. */
  readonly errors: readonly unknown[];
}

const MAX_CALLS = 100_000;
const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Starts an emulator's server; rejects with INVALID_ARGUMENT when the address cannot be used. */
export async function startEmulatorServer(options: EmulatorServerOptions): Promise<EmulatorServer> {
  const { kind, clock, host = '127.0.0.1' } = options;
  const faults = createFaultBoard(randomOf(options.seed, kind, 'faults'));
  const calls: ReceivedCall[] = [];
  const errors: unknown[] = [];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const resetCalls = (): void => {
    calls.length = 0;
  };

  const record = (method: string, target: string, path: string): CallFaults => {
    if (calls.length >= MAX_CALLS) calls.splice(0, MAX_CALLS / 10);
    calls.push({ method, target, path, at: clock.now() });
    return foldFaults(faults.draw(`${method} ${path}`));
  };

  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  const wait = (ms: number): Promise<void> =>
    ms <= 0 ? Promise.resolve() : new Promise((resolve) => later(ms, resolve));

  const requestOf = (
    message: IncomingMessage,
    target: ParsedTarget,
    body: Buffer,
    hit: CallFaults,
  ): EmulatorRequest => ({
    method: message.method ?? 'GET',
    path: target.path,
    segments: target.segments,
    rawTarget: message.url ?? '/',
    query: target.query,
    headers: message.headers,
    body,
    expired: hit.expired,
    now: () => clock.now() + hit.skewMs,
    skewMs: hit.skewMs,
    remoteAddress: message.socket.remoteAddress ?? '',
  });

  const answerOf = async (request: EmulatorRequest, tooLarge: boolean): Promise<EmulatorResponse> => {
    try {
      if (tooLarge) return options.bodyTooLarge?.(request) ?? { status: 413, body: '' };
      return options.authorizedCheck?.(request) ?? (await options.handle(request));
    } catch (error) {
      errors.push(error);
      return { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Internal Server Error' };
    }
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = message.method ?? 'GET';
    const rawTarget = message.url ?? '/';
    const target = parseTarget(rawTarget);
    if (isControlTarget(rawTarget)) {
      const body = await readBody(message, DEFAULT_MAX_BODY_BYTES);
      const answer = answerControl(
        { faults, calls, resetCalls },
        method,
        target?.segments ?? [],
        body ?? Buffer.alloc(0),
      );
      sendAnswer(response, answer, foldFaults([]), clock.now());
      return;
    }
    const hit = record(method, rawTarget, target?.path ?? rawTarget);
    // The socket stays open and silent until the client gives up or the emulator closes.
    if (hit.hang) return;
    if (hit.reset === 'before') {
      await wait(hit.latencyMs);
      message.socket.resetAndDestroy();
      return;
    }
    const body = await readBody(message, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    const request = requestOf(
      message,
      target ?? { path: rawTarget, segments: [], query: new URLSearchParams() },
      body ?? Buffer.alloc(0),
      hit,
    );
    let answer = hit.answer;
    if (answer === null && target === null) {
      answer = { status: 400, headers: { 'content-type': 'text/plain' }, body: 'Bad Request' };
    }
    answer ??= await answerOf(request, body === null);
    // A late answer is one whose request took effect in time: that is what makes a client's timeout interesting.
    await wait(hit.latencyMs);
    if (hit.reset === 'after') {
      message.socket.resetAndDestroy();
      return;
    }
    // What is left of an oversized body is not worth reading: end the connection with the answer.
    const headers = body === null ? { connection: 'close', ...answer.headers } : { ...answer.headers };
    sendAnswer(response, { ...answer, headers }, hit, request.now());
  };

  const serveUpgrade = async (message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const rawTarget = message.url ?? '/';
    const target = parseTarget(rawTarget);
    const hit = record(message.method ?? 'GET', rawTarget, target?.path ?? rawTarget);
    await wait(hit.latencyMs);
    if (hit.hang || socket.destroyed) return;
    if (hit.reset === 'before') {
      message.socket.resetAndDestroy();
      return;
    }
    if (target === null || hit.answer !== null) {
      refuseUpgrade(socket, hit.answer ?? { status: 400, body: '' }, clock.now() + hit.skewMs);
      return;
    }
    const request = { ...requestOf(message, target, Buffer.alloc(0), hit), message };
    const refusal = options.authorizedCheck?.(request) ?? null;
    if (refusal !== null || options.upgrade === undefined) {
      refuseUpgrade(socket, refusal ?? { status: 426, body: '' }, request.now());
      return;
    }
    options.upgrade(request, socket, head);
    if (hit.reset === 'after') message.socket.resetAndDestroy();
  };

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      // A client that leaves while its body is read is not the emulator's failure.
      if (!message.socket.destroyed) errors.push(error);
      response.destroy();
    });
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A reset by the other side must not take the process down while nobody else listens.
    socket.on('error', () => socket.destroy());
    serveUpgrade(message, socket, head).catch((error: unknown) => {
      errors.push(error);
      socket.destroy();
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${host}:${options.port ?? 0}`;
      const message = `The ${kind} emulator cannot listen on ${where}: choose another host or port.`;
      reject(new GridweaveError('INVALID_ARGUMENT', message, { field: 'port', cause }));
    });
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      for (const socket of sockets) socket.destroy();
    });
    return closing;
  };

  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { kind, url, faults, calls, errors, resetCalls, close };
}
