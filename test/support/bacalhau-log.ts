/** One log socket of a Bacalhau emulator, and everything it has said. */
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Rig } from './bacalhau-emulator.ts';
import { JOBS } from './bacalhau-emulator.ts';

export interface Frame {
  readonly error?: string;
  readonly value: { readonly Type: number; readonly Line: string };
}

export interface LogSocket {
  readonly frames: Frame[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
}

/** Resolves when the socket is open; it is ended with the test. */
export async function openLog(rig: Rig, id: string, query = ''): Promise<LogSocket> {
  const url = `${rig.emulator.url.replace('http', 'ws')}${JOBS}/${id}/logs?${query}`;
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(false);
    const text = data.toString();
    expect(text.endsWith('}\n')).toBe(true);
    frames.push(JSON.parse(text) as Frame);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return { frames, closed, socket };
}
