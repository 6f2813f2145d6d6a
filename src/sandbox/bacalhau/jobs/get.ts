/** GET /jobs/{id}, its versions and its results. */
import type { Exchange, Reply } from '../exchange.ts';
import { wireJobId } from '../wire/ids.ts';
import { jobStoreError, unclassified } from '../wire/refusal.ts';
import { executionsOf } from './executions.ts';
import { viewExecution } from './execution-view.ts';
import { includedHistory } from './history.ts';
import { viewJob, viewSpecConfig } from './job-view.ts';
import { findJob } from './lookup.ts';
import { downloadableResultOf } from './results.ts';

export function getJob(exchange: Exchange): Reply {
  const { scope, query, parameters } = exchange;
  const found = findJob(scope, parameters['id'] ?? '', query.text('namespace'));
  const asked = scope.release.versionedJobs ? query.unsigned('job_version', 64) : 0;
  const version = asked === 0 ? found.version : asked;
  const Job = viewJob(scope, found, version);
  if (Job === undefined) {
    throw jobStoreError('NotFound', `job version ${version} not found for job ${wireJobId(found.id)}`);
  }
  const include = query
    .text('include')
    .split(',')
    .map((word) => word.trim());
  return {
    body: {
      Job,
      History: include.includes('history') ? includedHistory(exchange, found, version) : undefined,
      Executions: include.includes('executions')
        ? {
            NextToken: '',
            Items: executionsOf(scope, found, version).map((placed) => viewExecution(scope, found, placed)),
          }
        : undefined,
    },
  };
}

/** GET /jobs/{id}/versions: all of them, ascending, each as last seen. */
export function listVersions({ scope, query, parameters }: Exchange): Reply {
  const job = findJob(scope, parameters['id'] ?? '', query.text('namespace'));
  const Items = Array.from({ length: job.version }, (_, at) => viewJob(scope, job, at + 1));
  return { body: { NextToken: '', Items: Items.filter((item) => item !== undefined) } };
}

/** GET /jobs/{id}/results: one per completed execution of the latest version that published something. */
export function listResults({ scope, query, parameters }: Exchange): Reply {
  const job = findJob(scope, parameters['id'] ?? '', query.text('namespace'));
  if (job.type !== 'batch' && job.type !== 'ops') throw unclassified();
  const Items = executionsOf(scope, job, job.version)
    .map((placed) => downloadableResultOf(scope, job, placed))
    .filter((result) => result !== null);
  return { body: { NextToken: '', Items: Items.map(viewSpecConfig) }, rawHtml: true };
}
