/** Puts an answer on the wire, whole or the way a fault spoils it. */
import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FaultEffect } from './emulator.ts';
import type { EmulatorResponse } from './request.ts';

/** The effects that hit one call, folded by kind; of several of a kind the last counts, latencies and skews add up. */
export interface CallFaults {
  readonly latencyMs: number;
  readonly skewMs: number;
  readonly hang: boolean;
  readonly expired: boolean;
  readonly reset: 'before' | 'after' | null;
  /** Replaces the handler's answer; the handler does not run. */
  readonly answer: EmulatorResponse | null;
  readonly truncateAt: number | null;
  readonly bytesPerSecond: number | null;
}

export function foldFaults(effects: readonly FaultEffect[]): CallFaults {
  const folded = {
    latencyMs: 0,
    skewMs: 0,
    hang: false,
    expired: false,
    reset: null as CallFaults['reset'],
    answer: null as EmulatorResponse | null,
    truncateAt: null as number | null,
    bytesPerSecond: null as number | null,
  };
  for (const effect of effects) {
    if (effect.kind === 'latency') folded.latencyMs += effect.ms;
    else if (effect.kind === 'clock-skew') folded.skewMs += effect.ms;
    else if (effect.kind === 'hang') folded.hang = true;
    else if (effect.kind === 'unauthorized') folded.expired = true;
    else if (effect.kind === 'reset') folded.reset = effect.afterCommit === true ? 'after' : 'before';
    else if (effect.kind === 'truncate') folded.truncateAt = Math.max(0, Math.trunc(effect.bytes));
    else if (effect.kind === 'slow-body') folded.bytesPerSecond = effect.bytesPerSecond;
    else if (effect.kind === 'garbage') {
      folded.answer = {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: effect.body,
      };
    } else {
      folded.answer = {
        status: effect.status,
        headers: {
          'content-type': effect.contentType ?? 'application/json',
          ...(effect.retryAfter === undefined ? {} : { 'retry-after': effect.retryAfter }),
        },
        body: effect.body ?? '',
      };
    }
  }
  return folded;
}

function headersOf(answer: EmulatorResponse, size: number, now: number): Record<string, string> {
  const bodiless = answer.status === 204 || answer.status === 304;
  return {
    date: new Date(now).toUTCString(),
    ...answer.headers,
    ...(bodiless ? {} : { 'content-length': String(size) }),
  };
}

/** Sends an answer as `faults` say. Never rejects: a client that left is nobody's error. */
export function sendAnswer(
  response: ServerResponse,
  answer: EmulatorResponse,
  faults: CallFaults,
  now: number,
): void {
  if (response.destroyed || response.headersSent) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.sendDate = false;
  response.writeHead(answer.status, headersOf(answer, body.length, now));
  if (response.req.method === 'HEAD') {
    response.end();
  } else if (faults.truncateAt !== null && faults.truncateAt < body.length) {
    const socket = response.socket;
    response.flushHeaders();
    response.write(body.subarray(0, faults.truncateAt), () => socket?.end(() => socket.destroy()));
  } else if (faults.bytesPerSecond !== null) {
    trickle(response, body, faults.bytesPerSecond);
  } else {
    response.end(body);
  }
}

/** One byte at a time; above a thousand a second, as many as are due each millisecond. */
function trickle(response: ServerResponse, body: Buffer, bytesPerSecond: number): void {
  response.flushHeaders();
  const stepMs = Math.max(1, 1000 / bytesPerSecond);
  const stepBytes = Math.max(1, Math.round((bytesPerSecond * stepMs) / 1000));
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + stepBytes));
    sent += stepBytes;
    if (sent >= body.length) {
      clearInterval(timer);
      response.end();
    }
  }, stepMs);
  response.once('close', () => {
    clearInterval(timer);
  });
}

/** Refuses an upgrade with an ordinary answer, and closes. */
export function refuseUpgrade(socket: Duplex, answer: EmulatorResponse, now: number): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const headers = { ...headersOf(answer, body.length, now), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = STATUS_CODES[answer.status] ?? 'Unknown';
  socket.write(`HTTP/1.1 ${answer.status} ${reason}\r\n${lines.join('')}\r\n`);
  socket.end(body, () => socket.destroy());
}
