import { allJobs } from '../jobs/facts.ts';
import { allPools } from '../pools/facts.ts';
import { poolState } from '../pools/states.ts';
import type { Installation } from '../store/installation.ts';
import { isRunning } from '../status/part.ts';
import { allTasks } from '../tasks/facts.ts';
import { partsOf } from '../tasks/parts.ts';
import type { JsonObject } from '../wire/json.ts';
import { text } from '../wire/json.ts';

/** What the account uses now. */
export interface Usage {
  readonly tasks: number;
  readonly runningTasks: number;
  readonly pools: number;
  readonly runningPools: number;
  readonly jobs: number;
  readonly plans: Readonly<Record<Plan, PlanUse>>;
}

export type Plan = 'flex' | 'onDemand' | 'reserved';

export interface PlanUse {
  instances: number;
  cores: number;
}

function planOf(fields: JsonObject): Plan {
  const word = (text(fields['schedulingType']) ?? '').toLowerCase();
  return word === 'ondemand' ? 'onDemand' : word === 'reserved' ? 'reserved' : 'flex';
}

export function usageOf(installation: Installation, now: number): Usage {
  const plans: Record<Plan, PlanUse> = {
    flex: { instances: 0, cores: 0 },
    onDemand: { instances: 0, cores: 0 },
    reserved: { instances: 0, cores: 0 },
  };
  let runningTasks = 0;
  const tasks = allTasks(installation);
  for (const { job, facts } of tasks) {
    if (job.endedAt !== null) continue;
    const running = partsOf(installation.site, job, facts, now).filter(({ phase }) => isRunning(phase));
    if (running.length > 0) runningTasks += 1;
    const plan = plans[planOf(facts.fields)];
    plan.instances += running.length;
    plan.cores += running.reduce((sum, { hardware }) => sum + (hardware?.coreCount ?? 0), 0);
  }
  const pools = allPools(installation);
  const live = pools.filter((pool) => !poolState(installation, pool, now).current.state.startsWith('Clos'));
  return {
    tasks: tasks.length,
    runningTasks,
    pools: pools.length,
    runningPools: live.length,
    jobs: allJobs(installation, now).length,
    plans,
  };
}
