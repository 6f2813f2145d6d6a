/** How the world's own jobs go: most well, some not, in every way a cluster knows. */
import type { Random } from '../prng.ts';
import type { SimFate, SimJobSpec, SimOutcome } from '../types.ts';
import type { Cause } from './failures.ts';
import { failureMessage } from './failures.ts';
import type { Workload } from './workload.ts';

type Course = 'well' | 'retried' | 'nonzero' | 'cancelled' | Cause;

const COURSES: readonly (readonly [number, Course])[] = [
  [74, 'well'],
  [6, 'retried'],
  [5, 'nonzero'],
  [5, 'cancelled'],
  [3, 'oom'],
  [1.5, 'timeout'],
  [1.5, 'image'],
  [1.5, 'input'],
  [1.5, 'output'],
  [0.5, 'node-lost'],
  [0.5, 'unschedulable'],
];

const REASONS = [
  'wrong parameters, starting over',
  'superseded by a newer run',
  'no longer needed',
  'input batch was incomplete',
  'freeing capacity for the deadline',
] as const;

/** What is drawn for one of the world's jobs beside its spec. */
export interface DrawnFate {
  readonly fate: SimFate;
  /** When its owner stops it, counted from its creation, and what they say; null for most. */
  readonly cancel: { readonly afterMs: number; readonly reason: string } | null;
  /** True when the spec must ask for more than any machine has. */
  readonly oversized: boolean;
  /** At least this many retries, so that a job meant to recover can. */
  readonly minRetries: number;
}

/** `tempo` scales all durations; 1 is the usual pace. */
export function drawFate(
  random: Random,
  workload: Workload,
  spec: Pick<SimJobSpec, 'image' | 'timeoutMs' | 'memoryBytes'>,
  tempo: number,
): DrawnFate {
  const stays = workload.type === 'service' || workload.type === 'daemon';
  const course = stays ? 'well' : random.weighted(COURSES);
  const runMs = stays
    ? workload.runSeconds * 1000
    : Math.max(2000, random.skewed(workload.runSeconds * 1000 * tempo, workload.spread));
  const prepareMs = Math.round(random.skewed(workload.shapes[0].gpus > 0 ? 25_000 : 9000, 0.6) * tempo);
  const finalizeMs = Math.round(random.skewed(8000, 0.7) * tempo);
  const cancel =
    course === 'cancelled'
      ? { afterMs: Math.round(runMs * (0.1 + random.next())), reason: random.pick(REASONS) }
      : null;
  return {
    fate: {
      prepareMs: course === 'unschedulable' ? random.int(20_000, 90_000) : prepareMs,
      runMs:
        course === 'oom' || course === 'nonzero' ? Math.round(runMs * (0.1 + random.next() * 0.8)) : runMs,
      finalizeMs,
      outcome: outcomeOf(random, course, spec),
      failFirst:
        course === 'retried'
          ? random.weighted([
              [3, 1],
              [1, 2],
            ] as const)
          : 0,
    },
    cancel,
    oversized: course === 'unschedulable',
    minRetries: course === 'retried' ? 2 : 0,
  };
}

function outcomeOf(
  random: Random,
  course: Course,
  spec: Pick<SimJobSpec, 'image' | 'timeoutMs' | 'memoryBytes'>,
): SimOutcome {
  switch (course) {
    case 'well':
    case 'retried':
    case 'cancelled':
    case 'unschedulable':
      return { kind: 'success' };
    case 'nonzero':
      return { kind: 'nonzero', exitCode: random.pick([1, 1, 1, 2, 3, 127, 139]) };
    default:
      return { kind: 'failure', cause: course, message: failureMessage(course, spec) };
  }
}
