/** Changes of a running inference, and the revisions they leave. */
import { versionKey } from '../ledger.ts';
import type { Scope } from '../installation.ts';
import { forgetReads } from '../installation.ts';
import { podView } from '../pods/view.ts';
import type { Call } from '../routing/call.ts';
import { fieldsOf, flag, param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import type { JsonObject } from '../wire/json.ts';
import { object } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, notFound, ok } from '../wire/replies.ts';
import { readPodSpec } from './pod-spec.ts';
import { allocatedView, requestView } from './resources.ts';
import type { WorkloadRow } from './row.ts';
import { listedRows, ownRow, readRow } from './row.ts';
import { jobSpecOf } from './submit.ts';
import { eventsReply, historyReply } from './timeline-endpoints.ts';
import { typedView } from './typed-view.ts';
import { revisionId } from './view.ts';

/** `PATCH …/{id}` with `{spec}`: what is given replaces what was; the pods are exchanged. */
export function updateInference(call: Call, row: WorkloadRow): Reply {
  const { scope, identity } = call;
  const { workload, standing } = row;
  const { job, submission } = workload;
  const change = object(fieldsOf(call)['spec']);
  if (Object.keys(change).length === 0) throw badRequest('spec is required.');
  if (standing.deletedAt !== null || standing.phase === 'Deleting') throw notFound('workload');
  const before = object(typedView(row, scope)['spec']);
  const echo: JsonObject = { ...submission?.echo, spec: { ...before, ...change } };
  const podSpec = readPodSpec(workload.kind, echo, scope);
  if (submission !== undefined) {
    scope.ledger.submissions.set(job.id, { ...submission, echo, request: podSpec.request });
  }
  scope.ledger.continuations.set(versionKey(job.id, job.version + 1), 'update');
  scope.ledger.edition += 1;
  const { name, team: project, owner } = job;
  // The world's own services keep their size and their long life; only what was asked for changes.
  const spec = jobSpecOf({ name, project, owner, kind: workload.kind, podSpec });
  scope.site.rerun(
    job.id,
    'Updated by user',
    submission === undefined ? { ...job, image: spec.image } : spec,
  );
  forgetReads(scope);
  return { status: 202, body: typedView(ownRow(scope, identity, workload.id), scope) };
}

/** Versions of an inference that are its revisions, oldest first. */
function versionsOf({ workload }: WorkloadRow): readonly number[] {
  const count = workload.lastVersion - workload.firstVersion + 1;
  return Array.from({ length: count }, (_, index) => workload.firstVersion + index);
}

function revisionView(row: WorkloadRow, version: number, scope: Scope): JsonObject {
  const { workload, standing, project } = row;
  const { job } = workload;
  const current = version === workload.lastVersion;
  const pods = row.pods.filter(({ execution }) => execution.version === version);
  const startedAt = job.history.find((event) => event.topic === 'rerun' && event.version === version)?.at;
  const replacedAt = job.history.find(
    (event) => event.topic === 'rerun' && event.version === version + 1,
  )?.at;
  const deletedAt = current ? standing.deletedAt : (replacedAt ?? null);
  return {
    id: revisionId(row, version),
    name: `${job.name}-${String(version - workload.firstVersion + 1).padStart(5, '0')}`,
    type: 'Revision',
    workloadId: workload.id,
    tenantId: scope.tenantId,
    clusterId: scope.clusterId,
    projectId: project.id,
    departmentId: project.department.id,
    createdAt: scope.date(
      version === workload.firstVersion ? workload.createdAt : (startedAt ?? workload.createdAt),
    ),
    deletedAt: deletedAt === null ? null : scope.date(deletedAt),
    phase: current ? standing.phase : 'Stopped',
    phaseMessage: current ? standing.message : '',
    phaseUpdatedAt: scope.date(current ? standing.since : (deletedAt ?? workload.createdAt)),
    conditions: [],
    images: [job.image],
    runningPods: pods.filter(({ stage }) => stage === 'running').length,
    podsRequestedResources: requestView(workload.request, 1),
    allocatedResources: allocatedView(pods),
  };
}

function inference(row: WorkloadRow): WorkloadRow {
  if (row.workload.kind !== 'Inference') throw notFound('workload');
  return row;
}

function byRevision(call: Call): { readonly row: WorkloadRow; readonly version: number } {
  const { scope, identity } = call;
  const wanted = param(call, 'revisionId').toLowerCase();
  for (const row of [...listedRows(scope, identity, false), ...listedRows(scope, identity, true)]) {
    if (row.workload.kind !== 'Inference') continue;
    const version = versionsOf(row).find((candidate) => revisionId(row, candidate) === wanted);
    if (version !== undefined) return { row, version };
  }
  throw notFound('revision');
}

function revisionsOf(call: Call): readonly JsonObject[] {
  const { scope, identity } = call;
  const row = inference(readRow(scope, identity, param(call, 'id')));
  const deleted = flag(call.query, 'deleted');
  return versionsOf(row)
    .map((version) => revisionView(row, version, scope))
    .filter((view) => (view['deletedAt'] !== null) === deleted);
}

const REVISIONS = '/api/v1/workloads/inferences/revisions/{revisionId}';

/** Revisions of inferences. */
export const revisionRoutes: RouteTable = {
  'GET /api/v1/workloads/inferences/{id}/revisions': (call) => ok({ revisions: revisionsOf(call) }),
  'GET /api/v1/workloads/inferences/{id}/revisions/count': (call) => ok({ count: revisionsOf(call).length }),
  [`GET ${REVISIONS}`]: (call) => {
    const { row, version } = byRevision(call);
    return ok(revisionView(row, version, call.scope));
  },
  [`GET ${REVISIONS}/pods`]: (call) => {
    const { row, version } = byRevision(call);
    const pods = row.pods.filter(({ execution }) => execution.version === version);
    return ok({ pods: pods.map((pod) => podView(pod, call.scope, false)) });
  },
  [`GET ${REVISIONS}/events`]: (call) => eventsReply(call, byRevision(call).row),
  [`GET ${REVISIONS}/history`]: (call) => historyReply(call, byRevision(call).row),
};
