import { randomOf } from '../../world/prng.ts';
import { lookUpPool } from '../pools/facts.ts';
import type { Installation } from '../store/installation.ts';
import type { JobFacts } from '../store/ledger.ts';
import { tasksWhere } from '../tasks/facts.ts';
import { deleteTask, stopTask } from '../tasks/lifecycle.ts';
import { commonProblems } from '../tasks/validate.ts';
import type { JsonObject } from '../wire/json.ts';
import { text } from '../wire/json.ts';
import { invalid, refusal } from '../wire/replies.ts';
import { givenReference, parseTimeSpan } from '../wire/scalars.ts';
import type { Job } from './facts.ts';
import { allJobs, lookUpJob } from './facts.ts';

/** Creates a job from canonical fields and returns its uuid. A `state` in the request, as Python sends it, is ignored. */
export function createJob(installation: Installation, fields: JsonObject, now: number): string {
  const { ledger, limits, world } = installation;
  if (text(fields['name']) === null) throw invalid({ Name: 'The Name field is required.' });
  const problems = commonProblems(fields, 0);
  const shortname = text(fields['shortname']) ?? '';
  if (shortname !== '' && lookUpJob(installation, shortname, now) !== null)
    problems.push('shortname-uniqueness');
  const maxWallTime = text(fields['maxWallTime']) ?? '';
  if (maxWallTime !== '' && parseTimeSpan(maxWallTime) === null) problems.push('maxWallTime');
  if (problems.length > 0) throw refusal(400, `Invalid job file. Invalid fields: ${problems.join(', ')}`);
  const poolId = givenReference(fields['poolUuid']);
  const pool = poolId === null ? null : lookUpPool(installation, poolId);
  if (poolId !== null && pool === null) throw refusal(400, `No such pool: ${poolId}`);
  if (allJobs(installation, now).length >= limits.maxJob)
    throw refusal(403, 'Maximum number of jobs reached');
  const uuid = randomOf(world.seed, 'qarnot', 'job', ledger.created.count++, now).uuid();
  ledger.jobs.set(uuid, {
    uuid,
    shortname: shortname === '' ? uuid : shortname,
    fields,
    poolUuid: pool?.uuid ?? null,
    createdAt: now,
    terminatingSince: null,
  });
  return uuid;
}

function keep(installation: Installation, facts: JobFacts): void {
  installation.ledger.jobs.set(facts.uuid, facts);
}

/** Closes a job and stops its tasks; one that is closed already stays as it is. */
export function terminateJob(installation: Installation, job: Job, now: number): void {
  if (job.state !== 'Active') return;
  for (const task of tasksWhere(installation, { jobUuid: job.facts.uuid })) stopTask(installation, task, now);
  keep(installation, { ...job.facts, terminatingSince: now });
}

/** Deletes a job; with tasks in it only when forced, and then with its tasks. */
export function deleteJob(installation: Installation, job: Job, force: boolean, now: number): void {
  const { uuid } = job.facts;
  const tasks = tasksWhere(installation, { jobUuid: uuid });
  if (tasks.length > 0 && !force) {
    throw refusal(403, `Cannot delete a job with tasks without the force parameter: ${uuid}`);
  }
  for (const task of tasks) deleteTask(installation, task, now);
  installation.ledger.jobs.delete(uuid);
  installation.ledger.removed.add(uuid);
}

/** Ends the jobs that are past their maximum wall time. Runs before every answer. */
export function settleJobs(installation: Installation, now: number): void {
  for (const facts of installation.ledger.jobs.values()) {
    const maxWallMs = parseTimeSpan(text(facts.fields['maxWallTime']) ?? '');
    if (maxWallMs === null || maxWallMs === 0 || facts.terminatingSince !== null) continue;
    if (now - facts.createdAt <= maxWallMs) continue;
    const job = lookUpJob(installation, facts.uuid, now);
    if (job !== null) terminateJob(installation, job, now);
  }
}
