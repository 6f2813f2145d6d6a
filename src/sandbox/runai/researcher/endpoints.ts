/** The Researcher service: jobs and projects of this cluster. It knows names, and only what is there now. */
import type { Call } from '../routing/call.ts';
import { param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import { readJson } from '../wire/body.ts';
import { uuidOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { isArray, isObject, object, text } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { ok } from '../wire/replies.ts';
import { mayUse } from '../access/identity.ts';
import { projectsFor } from '../org/projects.ts';
import { act } from '../workloads/actions.ts';
import type { WorkloadRow } from '../workloads/row.ts';
import { everyRow } from '../workloads/row.ts';
import { enterWorkload } from '../workloads/submit.ts';
import { data, errorBody, researcherRefusal } from './replies.ts';
import { readSubmission } from './submission.ts';
import { jobView, projectView, statusOf, typeOf } from './view.ts';

const TYPE_FILTERS: Readonly<Record<string, string>> = {
  training: 'Train',
  interactive: 'Interactive',
  inference: 'Inference',
};

/** Jobs that exist in the cluster, straight from it: there is no lag as in the control plane's lists. */
function jobsOf(call: Call, project: string | null): readonly WorkloadRow[] {
  const filter = call.query.get('jobTypeFilter') ?? '';
  const type = TYPE_FILTERS[filter];
  if (filter !== '' && type === undefined) {
    throw researcherRefusal(400, `jobTypeFilter must be one of: ${Object.keys(TYPE_FILTERS).join(', ')}`);
  }
  return everyRow(call.scope).filter(
    (row) =>
      row.standing.deletedAt === null &&
      mayUse(call.identity, row.project.name) &&
      (project === null || row.project.name === project) &&
      (type === undefined || typeOf(row) === type),
  );
}

function jobList(call: Call, rows: readonly WorkloadRow[]): Reply {
  const views = rows.flatMap((row) => {
    const status = statusOf(row);
    return status === null ? [] : [jobView(row, call.scope, status)];
  });
  return data(views);
}

/** A list even for one job. That a missing one is a 404 is an assumption. */
function getJob(call: Call): Reply {
  const rows = jobsOf(call, param(call, 'project')).filter(
    ({ workload }) => workload.job.name === param(call, 'job'),
  );
  if (rows.length === 0) throw researcherRefusal(404, 'job not found');
  return jobList(call, rows);
}

function submit(call: Call): Reply {
  const { scope, identity } = call;
  const body = readJson(call.body);
  if (!isObject(body)) throw researcherRefusal(400, 'the body must be a JSON object');
  const job = readSubmission(body, scope);
  const project = projectsFor(scope, identity).find(({ name }) => name === job.project);
  if (project === undefined) throw researcherRefusal(404, 'project not found', job.project);
  const taken = new Set(
    everyRow(scope)
      .filter(({ standing, workload }) => standing.deletedAt === null && workload.job.team === project.name)
      .map(({ workload }) => workload.job.name),
  );
  scope.ledger.serial += 1;
  let counter = scope.ledger.serial;
  let name = job.name ?? `${job.namePrefix ?? 'job'}-${counter}`;
  while (job.name === null && taken.has(name)) name = `${job.namePrefix ?? 'job'}-${++counter}`;
  if (taken.has(name)) throw researcherRefusal(409, 'job already exists', name);
  enterWorkload(scope, {
    id: uuidOf('submission', scope.world.seed, scope.ledger.serial, scope.nowMs),
    name,
    requestedName: name,
    project: project.name,
    owner: identity.name === '' ? 'anonymous' : identity.name,
    kind: job.kind,
    echo: job.echo,
    podSpec: job.podSpec,
    source: 'Other',
  });
  return ok({ name });
}

/** Each by itself: a failure is told inside the 200. */
function remove(call: Call): Reply {
  const body = readJson(call.body);
  if (!isArray(body)) throw researcherRefusal(400, 'the body must be a list of {name, project}');
  return data(body.map((item) => removeOne(call, object(item))));
}

function removeOne(call: Call, item: JsonObject): JsonObject {
  const [name, project] = [text(item['name']) ?? '', text(item['project']) ?? ''];
  const row = everyRow(call.scope).find(
    ({ workload, standing, project: own }) =>
      workload.job.name === name && own.name === project && standing.deletedAt === null,
  );
  if (row === undefined || !mayUse(call.identity, project)) {
    return { name, ok: false, error: errorBody(404, 'job not found') };
  }
  act(call.scope, row, 'delete');
  return { name, ok: true };
}

function routesAt(base: string): RouteTable {
  return {
    [`GET ${base}`]: (call) => jobList(call, jobsOf(call, call.query.get('project'))),
    [`GET ${base}/{project}`]: (call) => jobList(call, jobsOf(call, param(call, 'project'))),
    [`GET ${base}/{project}/{job}`]: getJob,
    [`POST ${base}`]: submit,
    [`DELETE ${base}`]: remove,
  };
}

/** Both spellings of the job paths, and the one of the oldest pages. */
export const researcherRoutes: RouteTable = {
  'GET /researcher/api/v1/version': () => data({ version: '0.1.12', major: 0, minor: 1, subver: 12 }),
  'GET /researcher/api/v1/projects': (call) =>
    data(projectsFor(call.scope, call.identity).map((project) => projectView(project, call.scope))),
  ...routesAt('/researcher/api/v1/jobs'),
  ...routesAt('/researcher/api/v1/job'),
  ...routesAt('/researcher/api/job'),
};
