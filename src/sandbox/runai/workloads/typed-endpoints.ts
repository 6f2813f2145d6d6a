/** `/api/v1/workloads/{kind}…` and the batch, which needs no kind. */
import type { Call } from '../routing/call.ts';
import { fieldsOf, param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import { uuidOf } from '../wire/ids.ts';
import { object, text, texts } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { accepted, badRequest, notFound, ok } from '../wire/replies.ts';
import type { Action } from './actions.ts';
import { act } from './actions.ts';
import { createWorkload } from './create.ts';
import type { TypedPath } from './kind.ts';
import { KIND_OF_PATH, TYPED_PATHS } from './kind.ts';
import type { WorkloadRow } from './row.ts';
import { everyRow, ownRow } from './row.ts';
import { typedView } from './typed-view.ts';
import { updateInference } from './update.ts';
import { suspendable } from './view.ts';
import { mayUse } from '../access/identity.ts';
import type { Release } from '../release.ts';

/** The workload of a typed path: another kind's endpoint does not know it. */
function typedRow(call: Call, path: TypedPath): WorkloadRow {
  const row = ownRow(call.scope, call.identity, param(call, 'id'));
  if (row.workload.kind !== KIND_OF_PATH[path]) throw notFound('workload');
  return row;
}

function acceptedReply({ scope }: Call): Reply {
  return accepted(scope.emptyAccepted ?? scope.release.emptyAccepted);
}

/** One that is there; a deleted one can be read but not acted on. */
function actOn(call: Call, path: TypedPath, action: Action): Reply {
  const row = typedRow(call, path);
  if (row.standing.deletedAt !== null) throw notFound('workload');
  act(call.scope, row, action);
  return acceptedReply(call);
}

/** Typed routes of a release. Suspending distributed workloads came later than the rest. */
export function typedRoutes(release: Release): RouteTable {
  const routes: Record<string, (call: Call) => Reply> = {};
  for (const path of TYPED_PATHS) {
    const base = `/api/v1/workloads/${path}`;
    routes[`POST ${base}`] = (call) => createWorkload(call, path);
    routes[`GET ${base}/{id}`] = (call) => ok(typedView(typedRow(call, path), call.scope));
    routes[`DELETE ${base}/{id}`] = (call) => actOn(call, path, 'delete');
    const suspends =
      path === 'workspaces' || path === 'trainings' || (path === 'distributed' && release.distributedSuspend);
    if (suspends) {
      routes[`POST ${base}/{id}/suspend`] = (call) => actOn(call, path, 'suspend');
      routes[`POST ${base}/{id}/resume`] = (call) => actOn(call, path, 'resume');
    }
    if (path === 'inferences' || path === 'distributed-inferences') {
      routes[`PATCH ${base}/{id}`] = (call) => updateInference(call, typedRow(call, path));
    }
  }
  if (release.batch) routes['POST /api/v1/workloads/batch'] = batch;
  return routes;
}

/** By the vendor's specification. */
const MAX_BATCH = 100;
const ACTIONS: readonly Action[] = ['delete', 'suspend', 'resume'];

/** Answers for every id by itself; the call as a whole succeeds. */
function batch(call: Call): Reply {
  const { scope, identity } = call;
  const fields = object(fieldsOf(call));
  const ids = texts(fields['ids']);
  const action = ACTIONS.find((known) => known === text(fields['action']));
  if (ids.length === 0) throw badRequest('ids is required.');
  if (ids.length > MAX_BATCH) throw badRequest(`ids must hold at most ${MAX_BATCH} ids.`);
  if (action === undefined) throw badRequest(`action must be one of: ${ACTIONS.join(', ')}.`);
  const succeeded: string[] = [];
  const failed: { id: string; code: number; message: string }[] = [];
  const rows = new Map(everyRow(scope).map((row) => [row.workload.id, row]));
  for (const id of new Set(ids)) {
    const row = rows.get(id.toLowerCase());
    if (row === undefined || row.standing.deletedAt !== null || !mayUse(identity, row.workload.job.team)) {
      failed.push({ id, code: 404, message: 'workload not found' });
    } else if (action !== 'delete' && !suspendable(row, scope)) {
      failed.push({ id, code: 400, message: `${action} is not supported for ${row.workload.kind}` });
    } else {
      act(scope, row, action);
      succeeded.push(id);
    }
  }
  scope.ledger.serial += 1;
  return ok({ id: uuidOf('batch', scope.ledger.serial, scope.nowMs), succeeded, failed });
}
