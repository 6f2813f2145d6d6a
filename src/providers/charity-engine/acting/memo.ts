import { z } from 'zod';
import type { Label } from '../../../model/records.ts';
import { epochMs } from '../../../model/time.ts';
import { bytes } from '../../../model/units.ts';
import type { Memo, RestoredSubmission } from '../../acting.ts';
import { parseJobKey } from '../keys.ts';
import type { KnownJob } from '../known-jobs.ts';

/** Everything the service does not tell of a job. No URL of an input, and no credential, not even its fingerprint. */
export function memoOf({ knownAt, name, spec, labels, stamp }: KnownJob): Memo {
  return {
    knownAt,
    name,
    labels: labels.map(({ key, value }) => [key, value]),
    stamp: stamp && { id: stamp.id, specHash: stamp.specHash },
    spec: spec && {
      app: spec.app,
      commandLine: spec.commandLine,
      cpuMillis: spec.resources.cpuMillis,
      memoryBytes: spec.resources.memoryBytes,
      diskBytes: spec.resources.diskBytes,
      timeoutMs: spec.timeoutMs,
    },
  };
}

const amount = z.number().nullable();
const memoShape = z.object({
  knownAt: z.int().min(0).optional().catch(undefined),
  name: z.string().nullable().catch(null),
  labels: z.array(z.tuple([z.string(), z.string().nullable()])).catch([]),
  stamp: z.object({ id: z.string(), specHash: z.string() }).nullable().catch(null),
  spec: z
    .object({
      app: z.string(),
      commandLine: z.string(),
      cpuMillis: amount,
      memoryBytes: amount,
      diskBytes: amount,
      timeoutMs: amount,
    })
    .nullable()
    .catch(null),
});

/** The jobs of a submission as they are known again. A memo of another version loses what cannot be read, never the job. */
export function restoredJobs({ keys, memo, submittedAt }: RestoredSubmission): readonly KnownJob[] {
  const { knownAt, name, labels, stamp, spec } = memoShape.parse(memo ?? {});
  return keys.flatMap((key) => {
    const id = parseJobKey(key);
    if (id === null) return [];
    return {
      id,
      // The answer's time, which ids in lists are ordered by, where it is remembered.
      knownAt: knownAt === undefined ? submittedAt : epochMs(knownAt),
      source: 'SUBMITTED' as const,
      name,
      submittedWith: null,
      cancelRequestedAt: null,
      labels: labels.map(([key, value]): Label => ({ key, value })),
      stamp,
      spec: spec && {
        app: spec.app,
        commandLine: spec.commandLine,
        resources: {
          cpuMillis: spec.cpuMillis,
          memoryBytes: bytes(spec.memoryBytes),
          diskBytes: bytes(spec.diskBytes),
          gpuMillis: null,
        },
        timeoutMs: spec.timeoutMs,
      },
    };
  });
}
