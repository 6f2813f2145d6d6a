import { countStates } from '../../model/fold.ts';
import type { JobRecord, Resources, TaskRecord } from '../../model/records.ts';
import { jobKey, taskKey } from './keys.ts';
import { executionRecords } from './map-execution.ts';
import { nameOf, sharedBy, statusOf, type JobView } from './view.ts';

const NOTHING_SAID: Resources = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };

/** One native job: what the service runs under one id. */
export function jobRecord(view: JobView): JobRecord {
  const { sighting, known, projectKey } = view;
  const task = taskRecord(view);
  return {
    kind: 'job',
    ...sharedBy(view),
    key: jobKey(sighting.id),
    nativeRef: { type: 'job', id: sighting.id },
    name: nameOf(sighting.id, known),
    status: statusOf(sighting.whole, countStates([sighting.whole.state])),
    generation: 1,
    jobKind: 'BATCH',
    origin: 'NATIVE',
    projectKey,
    labels: known?.labels ?? [],
    priority: null,
    tasks: [task],
  };
}

/** The one task of a job. What it runs is known of jobs that were submitted here alone. */
export function taskRecord(view: JobView): TaskRecord {
  const { sighting, known, projectKey } = view;
  const spec = known?.spec ?? null;
  return {
    kind: 'task',
    ...sharedBy(view),
    key: taskKey(sighting.id),
    nativeRef: { type: 'job', id: sighting.id },
    name: nameOf(sighting.id, known),
    status: statusOf(sighting.whole, countStates(sighting.parts.map(({ verdict }) => verdict.state))),
    generation: 1,
    jobKey: jobKey(sighting.id),
    projectKey,
    count: sighting.parts.length,
    ...programOf(spec?.app ?? null),
    command: spec === null ? [] : [spec.commandLine],
    environmentNames: [],
    resources: spec?.resources ?? NOTHING_SAID,
    timeoutMs: spec?.timeoutMs ?? null,
    labels: [],
    executions: executionRecords(view),
  };
}

/** `docker:<image>[ <url>]` names an image; everything else an application of the vendor's. */
function programOf(app: string | null): Pick<TaskRecord, 'engine' | 'image'> {
  if (app === null) return { engine: null, image: null };
  const colon = app.indexOf(':');
  if (app.slice(0, Math.max(colon, 0)) !== 'docker') return { engine: app, image: null };
  return { engine: 'docker', image: app.slice(colon + 1).split(' ', 1)[0] || null };
}
