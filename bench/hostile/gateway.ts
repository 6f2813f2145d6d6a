/** The gateway as `npm start` runs it in production, with `auth`, over emulators of another process. Told by the runner what to say. */
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/load.ts';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';
import { startGridweave } from '../../src/server/start.ts';
import { upstreams } from '../subjects/serve.ts';

export interface GatewayGreeting {
  readonly url: string;
  /** Keys that are good, as many as were asked for. Each is a caller with limits of its own. */
  readonly keys: readonly string[];
}

export interface GatewaySpent {
  /** Of all threads of the process, so far. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

const { bacalhau, qarnot, qarnotToken } = upstreams();
const keys = Array.from({ length: Number(process.env['KEYS'] ?? 1) }, (_, i) =>
  createKey(`caller-${String(i)}`),
);
const entries = await Promise.all(
  keys.map(async (key) => `    - { id: ${key.split('_')[1] ?? ''}, hash: ${spellKeyHash(await hashKey(key))}, grants: [{ scopes: [read] }] }`), // prettier-ignore
);
const config = loadConfig({
  kinds: PROVIDER_KINDS,
  env: { TOKEN: qarnotToken },
  text: `
server: { port: 0, introspection: true }
auth:
  apiKeys:
${entries.join('\n')}
providers:
  - { key: bacalhau, kind: bacalhau, url: "${bacalhau}" }
  - { key: qarnot, kind: qarnot, url: "${qarnot}", credential: { token: { env: TOKEN } } }
`,
});
const log = pino({ level: 'info' }, createWriteStream(devNull));
const gateway = await startGridweave({ config, kinds: PROVIDER_KINDS, log, graphiql: false });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const spent: GatewaySpent = { cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage().rss };
  process.send?.(spent);
});
process.on('disconnect', () => void gateway.close(0).finally(() => process.exit()));
process.send?.({ url: gateway.url, keys } satisfies GatewayGreeting);
