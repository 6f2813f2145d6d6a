/** /api/v1/agent: what the node that answers says of itself. */
import type { Exchange, Reply } from '../exchange.ts';
import type { Scope } from '../installation.ts';
import { viewNodeInfo, viewNodeState } from '../nodes/node-view.ts';
import type { RosterEntry } from '../nodes/roster.ts';

export function alive(): Reply {
  return { body: { Status: 'OK' } };
}

export function version({ scope }: Exchange): Reply {
  return { body: scope.release.build };
}

/** The fields at top level: a NodeInfo from 1.6, a NodeState before. */
export function node({ scope }: Exchange): Reply {
  const own: RosterEntry = {
    id: scope.orchestratorId,
    node: null,
    membership: 'APPROVED',
    connected: true,
  };
  return { body: scope.release.connectionState ? viewNodeInfo(scope, own) : viewNodeState(scope, own) };
}

/** Durations as text, secrets masked, zero values left out. */
export function config({ scope }: Exchange): Reply {
  const raw = nodeConfig(scope);
  return { body: scope.release.agentConfig === 'wrapped' ? { config: raw } : raw };
}

function nodeConfig({ release, orchestratorId }: Scope): unknown {
  return {
    API: { Host: '0.0.0.0', Port: 1234 },
    NameProvider: 'puuid',
    DataDir: '/var/lib/bacalhau',
    Orchestrator: {
      Enabled: true,
      Host: '0.0.0.0',
      Port: 4222,
      Auth: { Token: release.mask },
      NodeManager: { DisconnectTimeout: '1m0s' },
      Scheduler: { QueueBackoff: '1m0s', HousekeepingInterval: '30s', HousekeepingTimeout: '2m0s' },
      EvaluationBroker: { VisibilityTimeout: '1m0s', MaxRetryCount: 10 },
    },
    Compute: { Heartbeat: { Interval: '15s', InfoUpdateInterval: '1m0s' } },
    Labels: { name: orchestratorId },
    Logging: { Level: 'info', Mode: 'default', LogDebugInfoInterval: '30s' },
  };
}

/** Empty fields are left out, and no OAuth2 provider is configured. */
export function authConfig(): Reply {
  return { body: { Version: '1.0.0', Config: {} } };
}

/** Free-form diagnostics by component. */
export function debug({ scope }: Exchange): Reply {
  return {
    body: {
      jobstore: { jobs: scope.site.jobs.size, executions: scope.site.executions.size },
      nodes: { known: scope.site.nodes.size + 1 },
    },
  };
}
