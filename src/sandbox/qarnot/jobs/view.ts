import type { Row } from '../listing/rows.ts';
import { once } from '../listing/rows.ts';
import type { Moment } from '../store/installation.ts';
import { dates } from '../store/installation.ts';
import type { JsonObject } from '../wire/json.ts';
import { text, textList } from '../wire/json.ts';
import { parseTimeSpan, timeSpan, UNSET_DATE } from '../wire/scalars.ts';
import type { Job } from './facts.ts';

function view(job: Job, date: (ms: number | null) => string): JsonObject {
  const { facts, previous } = job;
  const { fields } = facts;
  const maxWallMs = parseTimeSpan(text(fields['maxWallTime']) ?? '');
  return {
    uuid: facts.uuid,
    name: text(fields['name']),
    shortname: facts.shortname,
    poolUuid: facts.poolUuid,
    state: job.state,
    previousState: previous?.state ?? null,
    useDependencies: fields['useDependencies'] === true,
    stateTransitionTime: date(job.since),
    previousStateTransitionTime: previous === null ? UNSET_DATE : date(previous.since),
    creationDate: date(facts.createdAt),
    lastModified: date(job.since),
    // Whole seconds: the Python SDK misreads a fraction.
    maxWallTime: maxWallMs === null ? null : timeSpan(maxWallMs),
    tags: textList(fields['tags']),
    autoDeleteOnCompletion: fields['autoDeleteOnCompletion'] === true,
    completionTimeToLive: text(fields['completionTimeToLive']) ?? '00:00:00',
  };
}

/** A job as lists take it. Jobs have no summaries of their own. */
export function jobRow(job: Job, moment: Moment): Row {
  const date = dates(moment);
  const render = once(() => view(job, date));
  const creationDate = date(job.facts.createdAt);
  return { uuid: job.facts.uuid, creationDate, summary: render, filterable: render, full: render };
}
