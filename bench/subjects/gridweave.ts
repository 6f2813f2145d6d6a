/** Gridweave as it is. FRESHNESS_MS=0 makes it share nothing between requests, like the other subjects. */
import { pino } from 'pino';
import { systemClock, type Clock } from '../../src/model/time.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { loadConfig } from '../../src/config/load.ts';
import { connectProviders } from '../../src/server/connect.ts';
import { createGateway } from '../../src/server/gateway.ts';
import { serve, upstreams } from './serve.ts';

const { bacalhau, qarnot, qarnotToken } = upstreams();
const clock: Clock = systemClock;
const log = pino({ level: 'silent' });
const sharing = `freshnessMs: ${process.env['FRESHNESS_MS'] ?? '1000'}, rate: { perSecond: 10000, burst: 100000 }`;
const config = loadConfig({
  kinds: PROVIDER_KINDS,
  env: { TOKEN: qarnotToken },
  text: `
providers:
  - { key: bacalhau, kind: bacalhau, url: "${bacalhau}", ${sharing} }
  - { key: qarnot, kind: qarnot, url: "${qarnot}", ${sharing}, credential: { token: { env: TOKEN } } }
`,
});
const providers = connectProviders(config.providers, { clock, log });
const gateway = createGateway({
  providers,
  clock,
  log,
  limits: config.limits,
  maxBodyBytes: config.limits.maxBodyBytes,
});
process.on('SIGINT', () => process.exit(0));
serve(gateway);
