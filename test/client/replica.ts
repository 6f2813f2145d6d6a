import { pino } from 'pino';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/model/time.ts';
import { assembleGateway } from '../../src/server/assemble.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import type { TestGateway } from '../support/gateway.ts';

export interface Replica {
  readonly url: string;
  close(): Promise<void>;
}

/** Another server over what a gateway knows: one log of events, two ways to it. */
export async function startReplica({ providers, services }: TestGateway): Promise<Replica> {
  const log = pino({ level: 'silent' });
  const { limits } = loadConfig({ env: {}, text: 'sandbox: {}', kinds: [] });
  const { gateway, live } = assembleGateway({
    providers,
    services,
    limits,
    clock: systemClock,
    log,
    onFault: (fault) => {
      throw fault;
    },
    maxBodyBytes: limits.maxBodyBytes,
  });
  const server = await startHttpServer({
    gateway,
    live,
    providers,
    host: '127.0.0.1',
    port: 0,
    graphiql: false,
    log,
  });
  return { url: server.url, close: () => server.close(0) };
}
