import {
  invalidPosition,
  parsePosition,
  positionFromJson,
  positionToJson,
  START,
  type JobPosition,
} from './job-position.ts';

/** Where a walk stands: before or after a job, or (`within`) after one execution of the job that comes next. */
export interface ExecutionPosition {
  readonly job: JobPosition;
  readonly within: readonly [jobId: string, createdAt: number, key: string] | null;
}

export function encodeExecutionPosition({ job, within }: ExecutionPosition): string {
  return JSON.stringify([positionToJson(job), within]);
}

export function decodeExecutionPosition(after: string | null): ExecutionPosition {
  if (after === null) return { job: START, within: null };
  const json = parsePosition(after);
  if (!Array.isArray(json) || json.length !== 2) throw invalidPosition();
  const [job, within] = json as unknown[];
  if (within === null) return { job: positionFromJson(job), within };
  if (!Array.isArray(within) || within.length !== 3) throw invalidPosition();
  const [jobId, createdAt, key] = within as unknown[];
  if (typeof jobId !== 'string' || typeof createdAt !== 'number' || typeof key !== 'string')
    throw invalidPosition();
  return { job: positionFromJson(job), within: [jobId, createdAt, key] };
}
