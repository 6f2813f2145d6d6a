/** /api/v1/agent: what the node that answers says of itself. */
import type { Exchange, Reply } from '../exchange.ts';
import type { Scope } from '../installation.ts';
import { viewNodeInfo, viewNodeState } from '../nodes/node-view.ts';
import { ownEntry, rosterOf } from '../nodes/roster.ts';

export function alive(): Reply {
  return { body: { Status: 'OK' } };
}

export function version({ scope }: Exchange): Reply {
  return { body: scope.release.build };
}

/** The fields at top level: a NodeInfo from 1.6, a NodeState before. */
export function node({ scope }: Exchange): Reply {
  const own = ownEntry(scope);
  return { body: scope.release.connectionState ? viewNodeInfo(scope, own) : viewNodeState(scope, own) };
}

/** Durations as text, secrets masked, zero values left out. */
export function config({ scope }: Exchange): Reply {
  const raw = nodeConfig(scope);
  return { body: scope.release.agentConfig === 'wrapped' ? { config: raw } : raw };
}

const RESOURCES = { CPU: '500m', Memory: '512Mb' } as const;
const SHORT_LIVED = { Task: { Resources: RESOURCES, Publisher: {}, Timeouts: {} } } as const;
const LONG_RUNNING = { Task: { Resources: RESOURCES } } as const;

function nodeConfig({ release }: Scope): unknown {
  return {
    API: {
      Host: '0.0.0.0',
      Port: 1234,
      TLS: { Insecure: false },
      Auth: { Methods: { ClientKey: { Type: 'challenge' } }, Oauth2: release.users ? {} : undefined },
    },
    NameProvider: 'puuid',
    DataDir: '/var/lib/bacalhau',
    Orchestrator: {
      Enabled: true,
      Host: '0.0.0.0',
      Port: 4222,
      Auth: { Token: release.mask },
      TLS: {},
      Cluster: {},
      NodeManager: { DisconnectTimeout: '1m0s' },
      Scheduler: {
        WorkerCount: 2,
        QueueBackoff: '1m0s',
        HousekeepingInterval: '30s',
        HousekeepingTimeout: '2m0s',
      },
      EvaluationBroker: { VisibilityTimeout: '1m0s', MaxRetryCount: 10 },
    },
    Compute: {
      Orchestrators: ['nats://127.0.0.1:4222'],
      Auth: {},
      Heartbeat: { InfoUpdateInterval: '1m0s', Interval: '15s' },
      AllocatedCapacity: { CPU: '80%', Memory: '80%', Disk: '80%', GPU: '100%' },
      TLS: {},
      Env: {},
    },
    WebUI: { Listen: '0.0.0.0:8438' },
    InputSources: { ReadTimeout: '5m0s', MaxRetryCount: 3, Types: { IPFS: {} } },
    Publishers: { Types: { IPFS: {}, S3: {}, Local: { Port: 6001 } } },
    ResultDownloaders: { Types: { IPFS: {} } },
    JobDefaults: { Batch: SHORT_LIVED, Ops: SHORT_LIVED, Daemon: LONG_RUNNING, Service: LONG_RUNNING },
    JobAdmissionControl: { Locality: 'anywhere' },
    Logging: { Level: 'info', Mode: 'default', LogDebugInfoInterval: '30s' },
    UpdateConfig: {},
    FeatureFlags: {},
  };
}

/** Empty fields are left out, and no OAuth2 provider is configured. */
export function authConfig(): Reply {
  return { body: { Version: '1.0.0', Config: {} } };
}

/** Free-form diagnostics: the orchestrator's part of the names that 1.9.3 uses. */
export function debug({ scope }: Exchange): Reply {
  return {
    body: {
      DiscoveredNodes: rosterOf(scope).map((entry) => viewNodeState(scope, entry)),
      NATSServer: { ID: scope.instanceId, Connz: { num_connections: scope.site.nodes.size } },
    },
  };
}
