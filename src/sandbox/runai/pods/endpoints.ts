/** Pods of the tenant, and of one workload. */
import type { ListFields } from '../listing/fields.ts';
import { dateField, textField } from '../listing/fields.ts';
import type { ListKind } from '../listing/list.ts';
import { countReply, listReply } from '../listing/list.ts';
import type { Scope } from '../installation.ts';
import { poolOf } from '../nodes/pools.ts';
import type { Call } from '../routing/call.ts';
import { choice, flag, param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import { uuidOf } from '../wire/ids.ts';
import type { WorkloadRow } from '../workloads/row.ts';
import { everyRow, isVisible, readRow } from '../workloads/row.ts';
import { mayUse } from '../access/identity.ts';
import type { Pod } from './pod.ts';
import { podsOf } from './pod.ts';
import { podView } from './view.ts';

function fieldsOf(scope: Scope): ListFields<Pod> {
  return {
    clusterId: textField(() => scope.clusterId),
    workloadId: textField(({ workload }) => workload.id),
    revisionId: textField(({ workload, execution }) =>
      workload.kind === 'Inference' ? uuidOf('revision', workload.id, execution.version) : null,
    ),
    nodeName: textField(({ node }) => node?.name ?? null),
    currentNodepool: textField(({ node }) => (node === null ? null : poolOf(node))),
    createdAt: dateField(({ createdAt }) => createdAt),
    completedAt: dateField(({ completedAt }) => completedAt),
    deletedAt: dateField(({ deletedAt }) => deletedAt),
  };
}

function kindOf(scope: Scope): ListKind<Pod> {
  return {
    collection: 'pods',
    fields: fieldsOf(scope),
    byDefault: { field: 'createdAt', order: 'desc' },
    idOf: ({ execution }) => execution.id,
    searched: ({ name, workload, node }) => [name, workload.job.name, node?.name ?? ''],
  };
}

function podsOfRow(call: Call, { workload }: WorkloadRow): readonly Pod[] {
  const deleted = flag(call.query, 'deleted');
  return podsOf(workload, call.scope).filter((pod) => (pod.deletedAt !== null) === deleted);
}

/** Every pod the caller may see, those of workloads the lists do not show yet left out. */
function tenantPods(call: Call): readonly Pod[] {
  const { scope, identity } = call;
  const completed = choice(call.query, 'completed', ['all', 'true', 'false']);
  return everyRow(scope)
    .filter((row) => isVisible(row, scope) && mayUse(identity, row.workload.job.team))
    .flatMap((row) => podsOfRow(call, row))
    .filter((pod) => completed === 'all' || (pod.completedAt !== null) === (completed === 'true'));
}

/** The pods of one workload, of a deleted one, too: they are deleted with it. */
function workloadPods(call: Call): readonly Pod[] {
  return podsOfRow(call, readRow(call.scope, call.identity, param(call, 'id')));
}

export const podRoutes: RouteTable = {
  'GET /api/v1/workloads/pods': (call) => {
    const full = choice(call.query, 'verbosity', ['brief', 'full']) === 'full';
    return listReply(call, kindOf(call.scope), tenantPods(call), (pod) => podView(pod, call.scope, full));
  },
  'GET /api/v1/workloads/pods/count': (call) => countReply(call, kindOf(call.scope), tenantPods(call)),
  'GET /api/v1/workloads/{id}/pods': (call) =>
    listReply(call, kindOf(call.scope), workloadPods(call), (pod) => podView(pod, call.scope, false)),
};
