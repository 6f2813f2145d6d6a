/** The one cluster of the tenant. */
import type { Scope } from '../installation.ts';
import type { Call } from '../routing/call.ts';
import { choice, param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import type { JsonObject } from '../wire/json.ts';
import { notFound, ok } from '../wire/replies.ts';

/** The path's cluster must be the one there is. */
export function checkCluster(call: Call): void {
  if (param(call, 'cluster').toLowerCase() !== call.scope.clusterId) throw notFound('cluster');
}

function clusterView(scope: Scope, full: boolean): JsonObject {
  const { date, disconnectedAt } = scope;
  const connected = disconnectedAt === null;
  const changedAt = date(disconnectedAt ?? scope.createdAt);
  const ready = {
    type: 'Available',
    status: connected ? 'True' : 'Unknown',
    reason: connected ? 'Ready' : 'NoHeartbeat',
    message: '',
    lastTransitionTime: changedAt,
  };
  const state = connected ? 'Connected' : 'Disconnected';
  const status = {
    state,
    conditions: [ready],
    operands: { 'runai-engine': { ready: connected, reasons: [], lastTransitionTime: changedAt } },
    platform: { type: 'vanilla', kubeVersion: 'v1.32.4' },
    config: { workloadOwnershipProtection: false, subdomainEnabled: false, ingressClass: 'nginx' },
    dependencies: { required: {}, optional: {} },
  };
  return {
    uuid: scope.clusterId,
    tenantId: scope.tenantId,
    name: scope.clusterName,
    createdAt: date(scope.createdAt),
    updatedAt: changedAt,
    deletedAt: null,
    deleteRequestedAt: null,
    domain: scope.host,
    version: `${scope.release.version}.7`,
    lastLiveness: date(scope.asOfMs),
    // The short form is for those who need names; that it keeps the state is an assumption.
    status: full ? status : { state },
  };
}

/** `GET /api/v1/clusters` is a bare array without paging. */
export const clusterRoutes: RouteTable = {
  'GET /api/v1/clusters': (call) => ok([clusterView(call.scope, verbose(call))]),
  'GET /api/v1/clusters/{cluster}': (call) => {
    checkCluster(call);
    return ok(clusterView(call.scope, verbose(call)));
  },
};

function verbose(call: Call): boolean {
  return choice(call.query, 'verbosity', ['full', 'metadata']) === 'full';
}
