import { allJobs } from '../jobs/facts.ts';
import { jobRow } from '../jobs/view.ts';
import { listAll, listSummaries, paginateRows, paginateSummaries, searchRows } from '../listing/lists.ts';
import type { Call, Handler, RouteTable } from '../routing/route.ts';
import type { PoolFacts } from '../store/ledger.ts';
import { outputReply } from '../tasks/output-replies.ts';
import { tasksWhere } from '../tasks/facts.ts';
import { taskRow } from '../tasks/view.ts';
import { EMPTY, json, noSuch } from '../wire/replies.ts';
import { allPools, findPool } from './facts.ts';
import { checkScaling, clonePool, closePool, createPool, deletePool, updatePool } from './lifecycle.ts';
import { scalingView } from './scaling.ts';
import { loadOf, slotsOf, targetOf } from './slots.ts';
import { poolRow } from './view.ts';

const rows = ({ installation, moment }: Call) =>
  allPools(installation).map((pool) => poolRow(installation, pool, moment));

const named = ({ installation, params }: Call): PoolFacts => findPool(installation, params['id'] ?? '');

const tasks = (call: Call) =>
  tasksWhere(call.installation, { poolUuid: named(call).uuid }).map((task) =>
    taskRow(call.installation, task, call.moment),
  );

const jobs = (call: Call) => {
  const { uuid } = named(call);
  return allJobs(call.installation, call.moment.now)
    .filter(({ facts }) => facts.poolUuid === uuid)
    .map((job) => jobRow(job, call.moment));
};

/** A pool's machines print nothing of their own here: empty, after the checks that a real one would make. */
const output: Handler = (call) => {
  const pool = named(call);
  const { installation, moment, params } = call;
  const instance = params['instance'];
  if (instance !== undefined) {
    const target = targetOf(pool, loadOf(installation, pool, moment.now), moment.now);
    const slots = slotsOf(installation, pool, target, moment.now);
    if (!slots.some(({ instanceId }) => String(instanceId) === instance)) throw noSuch('instance', instance);
  }
  return outputReply(call, '');
};

const create: Handler = (call) => {
  const uuid = createPool(call.installation, call.fields, call.moment.now);
  return json({ uuid }, 200, { location: `/pools/${uuid}` });
};

const action =
  (act: (call: Call, pool: PoolFacts) => void): Handler =>
  (call) => {
    act(call, named(call));
    return EMPTY;
  };

const close = action((call, pool) => closePool(call.installation, pool, call.moment.now));
const remove = action((call, pool) => deletePool(call.installation, pool));

/** Everything under `/pools`. */
export const poolRoutes: RouteTable = {
  'POST /pools': create,
  'GET /pools': listAll(rows),
  'GET /pools/summaries': listSummaries(rows),
  'POST /pools/search': searchRows('pool', rows),
  'POST /pools/paginate': paginateRows('pool', rows),
  'POST /pools/summaries/paginate': paginateSummaries('pool', rows),
  'GET /pools/{id}': (call) => json(poolRow(call.installation, named(call), call.moment).full()),
  'PUT /pools/{id}': action((call, pool) =>
    updatePool(call.installation, pool, call.fields, call.moment.now),
  ),
  'PATCH /pools/{id}': action(() => undefined),
  'DELETE /pools/{id}': remove,
  'POST /pools/{id}/close': close,
  'POST /pools/{id}/clone': (call) =>
    json({ uuid: clonePool(call.installation, named(call), call.fields, call.moment.now) }),
  'GET /pools/{id}/tasks': listAll(tasks),
  'GET /pools/{id}/jobs': listAll(jobs),
  'GET /pools/{id}/stdout': output,
  'POST /pools/{id}/stdout': output,
  'GET /pools/{id}/stderr': output,
  'POST /pools/{id}/stderr': output,
  'GET /pools/{id}/stdout/{instance}': output,
  'POST /pools/{id}/stdout/{instance}': output,
  'GET /pools/{id}/stderr/{instance}': output,
  'POST /pools/{id}/stderr/{instance}': output,
  'GET /pools/{id}/scaling': (call) =>
    json(
      scalingView(named(call).fields['scaling'], call.moment.now) ?? { policies: [], activePolicyName: null },
    ),
  'PUT /pools/{id}/scaling': action((call, pool) => {
    checkScaling(call.fields);
    updatePool(call.installation, pool, { scaling: call.fields }, call.moment.now);
  }),
  'POST /sanity-checks/pools/scaling': (call) => {
    checkScaling(call.fields);
    return EMPTY;
  },
  // The C# SDK writes the singular in the addresses of pools that came from a summary.
  'GET /pool/{id}': (call) => json(poolRow(call.installation, named(call), call.moment).full()),
  'DELETE /pool/{id}': remove,
  'POST /pool/{id}/close': close,
};
