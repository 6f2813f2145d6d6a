import type { ExecutionRecord } from '../../model/records.ts';
import { executionKey, jobKey, taskKey } from './keys.ts';
import { nameOf, sharedBy, statusOf, type JobView } from './view.ts';

/**
 * What is told of the runs of a job: each entry of `states`, or one that follows the job where there is none.
 *
 * The service counts no attempts. When work that ran is queued again the gateway opens another attempt, and with it
 * another generation of the same execution; after a restart of the gateway both begin at 1.
 */
export function executionRecords(view: JobView): ExecutionRecord[] {
  const { id, parts } = view.sighting;
  return parts.map(({ name, attempt, verdict }, index) => ({
    kind: 'execution',
    ...sharedBy(view),
    key: executionKey(id, name),
    nativeRef: { type: 'state', id: `${id}/${name}` },
    name: `${nameOf(id, view.known)}/${name}`,
    status: statusOf(verdict, null),
    generation: attempt,
    jobKey: jobKey(id),
    taskKey: taskKey(id),
    index,
    attempt,
    nodeKey: null,
    exitCode: null,
    signal: null,
    output: null,
  }));
}
