/** The gateway as it is: the graph, feeds with their filter and queue, graphql-ws, limits. Only what happens is scripted. */
import { pino } from 'pino';
import { createFeeds } from '../../src/live/feed/feeds.ts';
import { RingLog } from '../../src/live/log/ring.ts';
import { systemClock } from '../../src/model/time.ts';
import { ProviderRegistry } from '../../src/providers/registry.ts';
import { resolveLive } from '../../src/graph/live/resolve-live.ts';
import { createGateway } from '../../src/server/gateway.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { LiveOperations } from '../../src/server/live/live-operations.ts';
import { LiveTransports } from '../../src/server/live/live-transports.ts';
import { beginOperation, type OperationContext } from '../../src/server/operation-context.ts';
import { PersistedOperations } from '../../src/server/persisted/persisted-operations.ts';
import { createServices } from '../../src/server/services.ts';
import { changed, job, provider } from '../../test/live-model/records.ts';
import { ScriptedLive } from '../../test/live-model/scripted-live.ts';
import { obey, timedName } from './fan-out-subject.ts';

const log = pino({ level: 'error' });
const providers = new ProviderRegistry([]);
const state = new ScriptedLive(new RingLog({ retention: { events: 1_000 } }), [provider('lab')]);
const live = { state, feeds: createFeeds({ live: state, clock: systemClock }) };
const onFault = (fault: unknown): void => log.error(fault);
const limits = { requestTimeoutMs: 10_000, maxUpstreamCalls: 100, maxPageSize: 100, maxLogBytes: 1_000_000 };
const deps = { providers, clock: systemClock, limits, onFault };
const services = createServices({ ...deps, log });
const operations = new LiveOperations({
  resolveLive: (args) =>
    resolveLive({ ...args, contextValue: { ...(args.contextValue as OperationContext), live } }),
  contextFor: (_viewer, signal) => ({ ...beginOperation({ ...deps, services }, signal), live }),
  onFault,
});
const persisted = new PersistedOperations();
const gateway = createGateway({
  ...deps,
  log,
  services,
  persisted,
  maxBodyBytes: 1_000_000,
  live: operations,
});
const transports = new LiveTransports({
  gateway,
  operations,
  persisted,
  limits: { maxConnections: 100_000 },
});
const server = await startHttpServer({
  gateway,
  providers,
  live: transports,
  host: '127.0.0.1',
  port: 0,
  graphiql: false,
  log,
});

const jobs = Array.from({ length: 100 }, (_, i) =>
  job(`job-${String(i).padStart(3, '0')}`, { provider: 'lab' }),
);
let count = 0;
obey(server.url, () => {
  const which = count % jobs.length;
  count += 1;
  const before = jobs[which]!;
  const next = before.status.state === 'RUNNING' ? 'QUEUED' : 'RUNNING';
  const after = { ...job(before.key, { provider: 'lab', state: next }), name: timedName() };
  jobs[which] = after;
  void state.happen(changed(before, after));
});
