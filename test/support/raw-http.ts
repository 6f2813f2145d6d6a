import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawExchange {
  /** Everything the server sent, until it closed the connection. */
  readonly answer: Promise<string>;
  write(text: string): void;
  /** Drops the connection. */
  leave(): void;
}

/** Speaks HTTP by hand, for requests that no client would send. */
export function rawHttp(url: string, head: string): RawExchange {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  const write = (text: string): void => void socket.write(text);
  write(`${head.trim().replaceAll('\n', '\r\n')}\r\n\r\n`);
  return { answer, write, leave: () => void socket.destroy() };
}
