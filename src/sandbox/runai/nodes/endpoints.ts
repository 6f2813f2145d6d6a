/** Nodes and node pools. */
import type { SimNode } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { dateField, numberField, textField } from '../listing/fields.ts';
import type { ListKind } from '../listing/list.ts';
import { countReply, listReply, matching } from '../listing/list.ts';
import { sorted } from '../listing/page.ts';
import type { Release } from '../release.ts';
import type { Call } from '../routing/call.ts';
import { param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, notFound, ok } from '../wire/replies.ts';
import { checkCluster } from '../clusters/cluster.ts';
import type { NodePool } from './pools.ts';
import { poolOf, poolsOf } from './pools.ts';
import { nodeView, statusOf } from './view.ts';

const none = textField<SimNode>(() => null);

/** The schema declares no `next` here: clients page until a page is short. */
function nodeKind(scope: Scope): ListKind<SimNode> {
  return {
    collection: 'nodes',
    fields: {
      name: textField(({ name }) => name),
      status: textField((node) => statusOf(node, scope)),
      nodePool: textField(poolOf),
      gpuType: textField((node) => node.gpus[0]?.model.replaceAll(' ', '-') ?? null),
      nvLinkDomainUid: none,
      nvLinkCliqueId: none,
      clusterUuid: textField(() => scope.clusterId),
    },
    byDefault: { field: 'name', order: 'asc' },
    idOf: ({ id }) => id,
    searched: (node) => [node.name, poolOf(node), node.gpus[0]?.model ?? ''],
    next: false,
  };
}

const nodesOf = ({ site }: Scope): readonly SimNode[] => [...site.nodes.values()];

function listNodes(call: Call): Reply {
  return listReply(call, nodeKind(call.scope), nodesOf(call.scope), (node) => nodeView(node, call.scope));
}

/** `nodeName` excludes every other parameter; 2.18 knows no paging here. */
function listClusterNodes(call: Call): Reply {
  const { scope, query } = call;
  checkCluster(call);
  const name = query.get('nodeName');
  if (name !== null) {
    if ([...query.keys()].some((key) => key !== 'nodeName')) {
      throw badRequest('nodeName cannot be combined with other parameters.');
    }
    const found = nodesOf(scope).filter((node) => node.name === name);
    return ok({ nodes: found.map((node) => nodeView(node, scope)) });
  }
  if (scope.release.pagedClusterNodes) return listNodes(call);
  const kind = nodeKind(scope);
  const all = sorted(query, matching(call, kind, nodesOf(scope)), kind);
  return ok({ nodes: all.map((node) => nodeView(node, scope)) });
}

function poolPhase({ nodes }: NodePool): string {
  if (nodes.length === 0) return 'Empty';
  return nodes.some(({ up }) => up) ? 'Ready' : 'Unschedulable';
}

const POOL_AGE_MS = 30 * 24 * 3_600_000;
const ADMIN = 'admin@sandbox.example';

function poolView(pool: NodePool, scope: Scope): JsonObject {
  return {
    id: pool.id,
    tenantId: scope.tenantId,
    name: pool.name,
    clusterId: scope.clusterId,
    clusterName: scope.clusterName,
    labelKey: 'run.ai/type',
    labelValue: pool.labelValue === '' ? 'default' : pool.labelValue,
    isDefault: pool.isDefault,
    phase: poolPhase(pool),
    phaseMessage: '',
    overProvisioningRatio: 1,
    gpuResourceOptimization: null,
    schedulingConfiguration: {
      placementStrategy: { cpu: 'spread', gpu: 'binpack' },
      minGuaranteedRuntime: null,
    },
    status: { conditions: [], nodes: pool.nodes.map(({ name }) => name) },
    createdAt: scope.date(scope.createdAt + POOL_AGE_MS),
    createdBy: ADMIN,
    updatedAt: scope.date(poolChangedAt(pool, scope)),
    updatedBy: ADMIN,
    deletedAt: null,
  };
}

/** When its phase last could have changed. */
function poolChangedAt(pool: NodePool, scope: Scope): number {
  return Math.max(scope.createdAt + POOL_AGE_MS, ...pool.nodes.map(({ upSince }) => upSince));
}

function poolKind(scope: Scope): ListKind<NodePool> {
  return {
    collection: 'nodepools',
    fields: {
      name: textField(({ name }) => name),
      clusterId: textField(() => scope.clusterId),
      phase: textField(poolPhase),
      createdAt: dateField(() => scope.createdAt + POOL_AGE_MS),
      updatedAt: dateField((pool) => poolChangedAt(pool, scope)),
      gpuNetworkAccelerationDetection: textField(() => null),
      networkTopologyName: textField(() => null),
      gpuNetworkAccelerationDetected: textField(() => null),
      gpuNetworkAccelerationLabelKey: textField(() => null),
      swapEnabled: numberField(() => null),
      nodeLevelSchedulerEnabled: numberField(() => null),
    },
    byDefault: { field: 'name', order: 'asc' },
    idOf: ({ id }) => id,
    next: false,
  };
}

/** Routes of a release: the tenant-wide node list came late. */
export function nodeRoutes(release: Release): RouteTable {
  const tenantWide: RouteTable = {
    'GET /api/v1/nodes': listNodes,
    'GET /api/v1/nodes/count': (call) => countReply(call, nodeKind(call.scope), nodesOf(call.scope)),
  };
  return {
    ...(release.tenantNodes ? tenantWide : {}),
    'GET /api/v1/clusters/{cluster}/nodes': listClusterNodes,
    'GET /api/v1/clusters/{cluster}/nodes/count': (call) => {
      checkCluster(call);
      return countReply(call, nodeKind(call.scope), nodesOf(call.scope));
    },
    'GET /api/v1/node-pools': (call) =>
      listReply(call, poolKind(call.scope), poolsOf(call.scope.site), (pool) => poolView(pool, call.scope)),
    'GET /api/v1/node-pools/count': (call) =>
      countReply(call, poolKind(call.scope), poolsOf(call.scope.site)),
    'GET /api/v1/node-pools/{id}': (call) => {
      const pool = poolsOf(call.scope.site).find(({ id }) => id === param(call, 'id'));
      if (pool === undefined) throw notFound('node pool');
      return ok(poolView(pool, call.scope));
    },
  };
}
