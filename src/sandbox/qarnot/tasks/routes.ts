import { listAll, listSummaries, paginateRows, paginateSummaries, searchRows } from '../listing/lists.ts';
import type { Call, Handler, RouteTable } from '../routing/route.ts';
import { dates } from '../store/installation.ts';
import { isArray } from '../wire/json.ts';
import { EMPTY, json, noSuch, refusal } from '../wire/replies.ts';
import { createTask } from './create.ts';
import { createTasks } from './bulk.ts';
import type { Task } from './facts.ts';
import { allTasks, amend, findTask } from './facts.ts';
import { abortTask, deleteTask } from './lifecycle.ts';
import type { RerunKind } from './rerun.ts';
import { rerunTask } from './rerun.ts';
import { setSnapshotInterval, takeSnapshot } from './snapshot-requests.ts';
import { snapshotView } from './snapshots.ts';
import { isFinal, taskStates } from './states.ts';
import { readOutput, readFreshOutput } from './output-replies.ts';
import { taskRow } from './view.ts';

const rows = ({ installation, moment }: Call) =>
  allTasks(installation).map((task) => taskRow(installation, task, moment));

const named = ({ installation, params }: Call): Task => findTask(installation, params['id'] ?? '');

const create: Handler = (call) => {
  if (isArray(call.body)) return createTasks(call.installation, call.body, call.moment.now);
  const uuid = createTask(call.installation, call.fields, call.moment.now);
  return json({ uuid }, 200, { location: `/tasks/${uuid}` });
};

const update: Handler = (call) => {
  const task = named(call);
  // The SDKs send the whole creation object; only these two are real changes, the rest is ignored.
  const changes = ['constants', 'tags'].flatMap((key) =>
    isArray(call.fields[key]) ? [[key, call.fields[key]] as const] : [],
  );
  amend(call.installation, task, {
    fields: { ...task.facts.fields, ...Object.fromEntries(changes) },
    changedAt: call.moment.now,
  });
  return EMPTY;
};

const resynchronize: Handler = (call) => {
  const { job, facts } = named(call);
  const { state } = taskStates(job, facts).current;
  if (isFinal(state) || !state.endsWith('Executing')) {
    throw refusal(400, `The task is not running: ${facts.uuid} (${state})`);
  }
  return EMPTY;
};

const abort: Handler = (call) => {
  abortTask(call.installation, named(call), call.moment.now);
  return EMPTY;
};

const remove: Handler = (call) => {
  const task = named(call);
  deleteTask(call.installation, task, call.moment.now);
  call.cursors.forget(task.facts.uuid);
  return EMPTY;
};

const rerun =
  (kind: RerunKind): Handler =>
  (call) =>
    json({ uuid: rerunTask(call.installation, named(call), kind, call.fields, call.moment) });

const snapshot: Handler = (call) =>
  json({ id: takeSnapshot(call.installation, named(call), call.fields, call.moment.now) });

const periodicSnapshot: Handler = (call) => {
  setSnapshotInterval(call.installation, named(call), call.body, call.moment.now);
  return EMPTY;
};

const showSnapshot: Handler = (call) => {
  const { facts } = named(call);
  const id = call.params['snapshot'] ?? '';
  const found = facts.snapshots.find((item) => item.id === id);
  if (found === undefined) throw noSuch('snapshot', id);
  return json(snapshotView(facts.uuid, found, call.moment.now, dates(call.moment)));
};

/** The old way to run a task once more under its own uuid: refused for one that has not ended. */
const restart: Handler = (call) => {
  const { facts, job } = named(call);
  if (job.endedAt === null) throw refusal(403, `The task has not ended: ${facts.uuid}`);
  call.installation.site.rerun(job.id, 'Restarted by the user.');
  return EMPTY;
};

/** Forwards of every instance. A sandbox instance listens on nothing, so each has none. */
const portForwards: Handler = (call) =>
  json(Object.fromEntries(named(call).facts.instanceIds.map((id) => [String(id), {}])));

/** Everything under `/tasks`. */
export const taskRoutes: RouteTable = {
  'POST /tasks': create,
  'GET /tasks': listAll(rows),
  'GET /tasks/summaries': listSummaries(rows),
  'POST /tasks/search': searchRows('task', rows),
  'POST /tasks/paginate': paginateRows('task', rows),
  'POST /tasks/summaries/paginate': paginateSummaries('task', rows),
  'GET /tasks/{id}': (call) => json(taskRow(call.installation, named(call), call.moment).full()),
  'PUT /tasks/{id}': update,
  'PATCH /tasks/{id}': resynchronize,
  'DELETE /tasks/{id}': remove,
  'POST /tasks/{id}/abort': abort,
  'GET /tasks/{id}/stdout': readOutput('stdout', named),
  'GET /tasks/{id}/stderr': readOutput('stderr', named),
  'POST /tasks/{id}/stdout': readFreshOutput('stdout', named),
  'POST /tasks/{id}/stderr': readFreshOutput('stderr', named),
  'GET /tasks/{id}/stdout/{instance}': readOutput('stdout', named),
  'GET /tasks/{id}/stderr/{instance}': readOutput('stderr', named),
  'POST /tasks/{id}/stdout/{instance}': readFreshOutput('stdout', named),
  'POST /tasks/{id}/stderr/{instance}': readFreshOutput('stderr', named),
  'POST /tasks/{id}/snapshot': snapshot,
  'POST /tasks/{id}/snapshot/periodic': periodicSnapshot,
  'GET /tasks/{id}/snapshot/{snapshot}': showSnapshot,
  'POST /tasks/{id}/retry': rerun('retry'),
  'POST /tasks/{id}/resume': rerun('resume'),
  'POST /tasks/{id}/recover': rerun('recover'),
  'POST /tasks/{id}/clone': rerun('clone'),
  'POST /tasks/{id}/restart': restart,
  'GET /network/tasks/{id}/port-forward': portForwards,
};
