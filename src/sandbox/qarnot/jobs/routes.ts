import { listAll, paginateRows, searchRows } from '../listing/lists.ts';
import type { Call, RouteTable } from '../routing/route.ts';
import { tasksWhere } from '../tasks/facts.ts';
import { taskRow } from '../tasks/view.ts';
import { EMPTY, json } from '../wire/replies.ts';
import type { Job } from './facts.ts';
import { allJobs, findJob } from './facts.ts';
import { createJob, deleteJob, terminateJob } from './lifecycle.ts';
import { jobRow } from './view.ts';

const rows = ({ installation, moment }: Call) =>
  allJobs(installation, moment.now).map((job) => jobRow(job, moment));

const named = ({ installation, params, moment }: Call): Job =>
  findJob(installation, params['id'] ?? '', moment.now);

const tasks = (call: Call) =>
  tasksWhere(call.installation, { jobUuid: named(call).facts.uuid }).map((task) =>
    taskRow(call.installation, task, call.moment),
  );

/** Everything under `/jobs`. There is no update and no summary of a job. */
export const jobRoutes: RouteTable = {
  'POST /jobs': (call) => {
    const uuid = createJob(call.installation, call.fields, call.moment.now);
    return json({ uuid }, 200, { location: `/jobs/${uuid}` });
  },
  'GET /jobs': listAll(rows),
  'POST /jobs/search': searchRows('job', rows),
  'POST /jobs/paginate': paginateRows('job', rows),
  'GET /jobs/{id}': (call) => json(jobRow(named(call), call.moment).full()),
  'GET /jobs/{id}/tasks': listAll(tasks),
  'POST /jobs/{id}/terminate': (call) => {
    terminateJob(call.installation, named(call), call.moment.now);
    return EMPTY;
  },
  'DELETE /jobs/{id}': (call) => {
    // Python sends `force=False`, C# lower case.
    const force = call.query('force')?.toLowerCase() === 'true';
    deleteJob(call.installation, named(call), force, call.moment.now);
    return EMPTY;
  },
};
