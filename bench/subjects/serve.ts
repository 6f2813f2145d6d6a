import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Where the emulators are, as the runner tells every subject. */
export interface Upstreams {
  readonly bacalhau: string;
  readonly qarnot: string;
  readonly qarnotToken: string;
}

export function upstreams(): Upstreams {
  return JSON.parse(process.env['UPSTREAMS'] ?? '{}') as Upstreams;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves a subject, and beside it what its process has spent. Prints its URL, which the runner waits for. */
export function serve(handle: Handler): void {
  const server = createServer((request, response) => {
    if (request.url !== '/spent') {
      void handle(request, response);
      return;
    }
    const { user, system } = process.cpuUsage();
    response.end(JSON.stringify({ cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage().rss }));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('no TCP address');
    process.stdout.write(`http://127.0.0.1:${String(address.port)}\n`);
  });
}

export async function bodyOf(request: IncomingMessage): Promise<{ query: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as { query: string };
}
