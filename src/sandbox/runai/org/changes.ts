/** Creating, changing and deleting projects. */
import type { Scope } from '../installation.ts';
import { forgetReads } from '../installation.ts';
import { poolsOf } from '../nodes/pools.ts';
import type { Call } from '../routing/call.ts';
import { fieldsOf, param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import { readJson } from '../wire/body.ts';
import { uuidOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { isArray, isObject, number, object, objects, text } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, notFound, ok, refusal } from '../wire/replies.ts';
import { act } from '../workloads/actions.ts';
import { everyRow } from '../workloads/row.ts';
import { projectOfCall } from './endpoints.ts';
import { departmentsOf, projectsOf } from './projects.ts';
import { projectView } from './view.ts';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Checked entries of `resources`. */
function resourcesOf(value: unknown, scope: Scope): readonly JsonObject[] {
  if (!isArray(value) || !value.every(isObject)) throw badRequest('resources must be an array.');
  const pools = new Set(poolsOf(scope.site).map(({ id }) => id));
  for (const entry of value) {
    const deserved = number(object(entry['gpu'])['deserved']);
    const poolId = text(object(entry['nodePool'])['id']);
    if (deserved === null || deserved < 0) throw badRequest('resources[].gpu.deserved must be a number.');
    if (poolId !== null && !pools.has(poolId)) throw badRequest(`No node pool has the id ${poolId}.`);
  }
  return objects(value);
}

function create(call: Call): Reply {
  const { scope, identity } = call;
  const fields = fieldsOf(call);
  const name = text(fields['name']);
  if (name === null || !DNS_LABEL.test(name)) throw badRequest('name must be a DNS label.');
  if (text(fields['clusterId'])?.toLowerCase() !== scope.clusterId)
    throw badRequest('clusterId is required.');
  const resources = resourcesOf(fields['resources'], scope);
  if (projectsOf(scope).some((project) => project.name === name)) {
    throw refusal(409, 'Resource with this name already exists');
  }
  const parentId = text(fields['parentId']) ?? departmentsOf()[0]?.id ?? '';
  if (!departmentsOf().some(({ id }) => id === parentId))
    throw badRequest('No department has this parentId.');
  scope.ledger.serial += 1;
  const id = uuidOf('project', scope.world.seed, scope.ledger.serial);
  const { nowMs } = scope;
  scope.ledger.addedProjects.set(id, {
    id,
    name,
    departmentId: parentId,
    description: text(fields['description']) ?? '',
    requestedNamespace: text(fields['requestedNamespace']),
    createdAt: nowMs,
    createdBy: identity.name,
  });
  scope.ledger.projectEdits.set(id, { resources, updatedAt: nowMs, updatedBy: identity.name });
  return { status: 201, body: shown(scope, id) };
}

function shown(scope: Scope, id: string): JsonObject {
  forgetReads(scope);
  const project = projectsOf(scope).find((candidate) => candidate.id === id);
  if (project === undefined) throw notFound('project');
  return projectView(project, scope);
}

function edit(
  call: Call,
  change: { readonly description?: string; readonly resources?: readonly JsonObject[] },
): void {
  const { scope, identity } = call;
  const id = param(call, 'id');
  const before = scope.ledger.projectEdits.get(id);
  const stamp = { updatedAt: scope.nowMs, updatedBy: identity.name };
  scope.ledger.projectEdits.set(id, { ...before, ...change, ...stamp });
}

/** A project of the world's own people stays: they would not stop working in it. */
function remove(call: Call): Reply {
  const { scope } = call;
  const project = projectOfCall(call);
  const { ledger } = scope;
  if (!ledger.addedProjects.has(project.id)) {
    throw refusal(403, 'You do not have sufficient permissions.', {
      details: 'The sandbox keeps its own projects.',
    });
  }
  const rows = everyRow(scope).filter(
    ({ workload, standing }) => workload.job.team === project.name && standing.deletedAt === null,
  );
  for (const row of rows) act(scope, row, 'delete');
  ledger.projectDeletions.set(project.id, scope.nowMs);
  finishProjectDeletions(scope);
  return { status: ledger.addedProjects.has(project.id) ? 202 : 204 };
}

/** Projects that are being deleted go once their last workload has gone. */
export function finishProjectDeletions(scope: Scope): void {
  const { ledger } = scope;
  for (const id of ledger.projectDeletions.keys()) {
    const name = ledger.addedProjects.get(id)?.name;
    const busy = everyRow(scope).some(
      ({ workload, standing }) => workload.job.team === name && standing.deletedAt === null,
    );
    if (busy) continue;
    ledger.projectDeletions.delete(id);
    ledger.addedProjects.delete(id);
    ledger.projectEdits.delete(id);
    forgetReads(scope);
  }
}

function replaceResources(call: Call): Reply {
  const project = projectOfCall(call);
  edit(call, { resources: resourcesOf(readJson(call.body), call.scope) });
  return ok(shown(call.scope, project.id)['resources'] ?? []);
}

const PROJECTS = '/api/v1/org-unit/projects';

export const projectChangeRoutes: RouteTable = {
  [`POST ${PROJECTS}`]: create,
  [`PUT ${PROJECTS}/{id}`]: (call) => {
    const project = projectOfCall(call);
    const fields = fieldsOf(call);
    const resources = resourcesOf(fields['resources'], call.scope);
    edit(call, { resources, description: text(fields['description']) ?? '' });
    return ok(shown(call.scope, project.id));
  },
  [`DELETE ${PROJECTS}/{id}`]: remove,
  [`PUT ${PROJECTS}/{id}/resources`]: replaceResources,
  [`PATCH ${PROJECTS}/{id}/resources`]: replaceResources,
};
