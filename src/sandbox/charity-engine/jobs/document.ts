import type { SimExecution, SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { wireId } from '../known-ids.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import { logText } from './log.ts';
import { outputList } from './outputs.ts';
import type { StatusWord } from './words.ts';
import { isTerminal, jobWord, partsOf, partWord, spelled } from './words.ts';

/**
 * The status document of one job. It has no times, no exit code, no cost, no progress and no host: none was ever seen.
 * `origin` is where this server is reached, for the URLs of outputs.
 */
export function statusDocument(installation: Installation, job: SimJob, origin: string): JsonObject {
  const { mutation } = installation;
  const word = jobWord(job);
  const vmWord = mutation.vmStopped && isTerminal(word) ? 'stopped' : spelled(word, mutation);
  const outputs = outputList(installation, job, origin);
  const state = (status: StatusWord, parts: readonly SimExecution[], outputFiles: Json): JsonObject => ({
    status: spelled(status, mutation),
    outputFiles,
    log: logText(installation, job, parts),
  });
  const parts = partsOf(job);
  const states: readonly (readonly [string, JsonObject])[] = mutation.partPerIndex
    ? parts.map((part) => [
        part.index === 0 ? 'default' : `part-${part.index}`,
        state(partWord(part), [part], part.index === 0 ? outputs : []),
      ])
    : [['default', state(word, parts, outputs)]];
  return {
    ...(mutation.noVmStatus ? {} : { vmStatus: vmWord }),
    states: mutation.statesAsArray
      ? states.map(([name, body]) => ({ name, ...body }))
      : Object.fromEntries(states),
  };
}

/** `jobs` of a status answer: a map by id, or a list in the mode that has one. Null stands for an unknown id. */
export function jobsMember(
  installation: Installation,
  jobs: ReadonlyMap<string, SimJob | null>,
  origin: string,
): JsonObject | readonly Json[] {
  const documents = [...jobs].map(([id, job]) => ({
    id,
    job,
    document: job === null ? null : statusDocument(installation, job, origin),
  }));
  const { jobsAsArray, bareJobs } = installation.mutation;
  if (!jobsAsArray || bareJobs) {
    return Object.fromEntries(documents.map(({ id, document }) => [id, document]));
  }
  return documents.flatMap(({ job, document }) =>
    job === null || document === null ? [] : [{ id: wireId(job, installation.mutation), ...document }],
  );
}
