import type { SimJobSpec } from '../../world/types.ts';
import { isInference } from '../inference/prompts.ts';
import type { Installation } from '../installation.ts';
import { wireId } from '../known-ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { noSubmitAccess, tooManyInProgress } from '../wire/refusal.ts';
import type { JobRequest } from './request.ts';
import { readJobRequest } from './request.ts';
import { courseOf, shellCommand } from './script.ts';
import { isTerminal, jobWord } from './words.ts';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;

/** The image of `docker:<image>` and `docker:<image> <url of its archive>`; any other application stands for itself. */
function imageOf(app: string): string {
  return app.startsWith('docker:') ? (app.slice('docker:'.length).trim().split(/\s+/, 1)[0] ?? app) : app;
}

function specOf({ site }: Installation, request: JobRequest): SimJobSpec {
  const { app, commandLine, tag } = request;
  const image = imageOf(app);
  // A prompt is not a command, whatever it talks about.
  const command = isInference(app) ? [] : ['/bin/sh', '-c', shellCommand(commandLine)];
  const memoryBytes = Math.round(request.ram * MIB);
  const timeoutMs = Math.round(request.hours * HOUR_MS);
  const team = site.teams.find(({ name }) => name === tag) ?? site.teams[0];
  return {
    name: tag ?? app,
    team: team?.name ?? '',
    owner: 'api',
    type: 'batch',
    count: 1,
    image,
    command,
    env: {},
    // What the API was told and never shows again.
    labels: { app, commandLine },
    tags: tag === null ? [] : [tag],
    cpuMillis: Math.round(request.vcpus * 1000),
    memoryBytes,
    diskBytes: Math.round(request.disk * MIB),
    gpus: 0,
    priority: 0,
    poolId: null,
    timeoutMs,
    ...courseOf(commandLine, { image, command, memoryBytes, timeoutMs }),
  };
}

function inProgress({ site }: Installation): number {
  let count = 0;
  for (const job of site.jobs.values()) if (!isTerminal(jobWord(job))) count += 1;
  return count;
}

/** Creates one job, or as many as `copies` says; the answer's members. Nothing makes a repetition the same job. */
export function createJobs(
  installation: Installation,
  body: JsonObject,
  style: 'rpc' | 'resource',
): JsonObject {
  if (!installation.submitAccess) throw noSubmitAccess();
  const request = readJobRequest(installation, body, style);
  if (inProgress(installation) + request.copies > installation.maxJobsInProgress) throw tooManyInProgress();
  const spec = specOf(installation, request);
  const ids = Array.from({ length: request.copies }, () =>
    wireId(installation.site.submit(spec), installation.mutation),
  );
  const { idSingular, idsAsJobIds } = installation.mutation;
  const [only] = ids;
  if (idSingular && ids.length === 1 && only !== undefined) return { id: only };
  return idsAsJobIds ? { jobIds: ids } : { ids };
}
