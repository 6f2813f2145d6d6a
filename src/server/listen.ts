import type { Server } from 'node:http';
import { GridweaveError } from '../model/errors.ts';

/** Begins to listen; rejects with what to do about it when that cannot be. `field` is the section that names the port. */
export function listen(server: Server, host: string, port: number, field = 'server'): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(unlistenable(error, host, port, field)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there. Choose another port with --port or PORT',
  EACCES: 'this user may not. Choose a port above 1023 with --port or PORT',
  EADDRNOTAVAIL: 'this machine does not have that address. Choose another with --host or HOST',
  ENOTFOUND: 'there is no such host. Choose another with --host or HOST',
};

function unlistenable(error: NodeJS.ErrnoException, host: string, port: number, field: string): Error {
  const advice = LISTEN_ADVICE[error.code ?? ''] ?? error.message;
  const how = field === 'server' ? advice : advice.replace(/ with --.*$/, ` in the section "${field}"`);
  return new GridweaveError('INVALID_ARGUMENT', `Cannot listen on ${host}:${String(port)}: ${how}.`, {
    field,
    cause: error,
  });
}

/** With the port that was really bound. */
export function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no TCP address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${String(address.port)}`;
}
