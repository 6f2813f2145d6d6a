import { setTimeout as delay } from 'node:timers/promises';
import type { SubmitResult } from '../../src/act/outcome.ts';
import { stampOf } from '../../src/act/stamp.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import type { SubmissionStamp } from '../../src/providers/acting.ts';
import type { Random } from '../../src/sandbox/world/prng.ts';
import { SCOPE } from './gateway.ts';
import { PROVIDER, SPEC } from './subjects.ts';

/** What a caller was told once. */
export interface Told {
  readonly outcome: 'CREATED' | 'REFUSED' | 'UNKNOWN' | 'MISMATCH';
  readonly replayed: boolean;
  readonly keys: readonly NativeKey[];
  readonly specHash: string;
  /** Of the error, for messages of tests. */
  readonly why: string;
}

/** PATIENT: repeats until it knows. The others stop at the first answer of that kind, and never call again. */
export type Temper = 'PATIENT' | 'STOPS_AT_REFUSED' | 'STOPS_AT_UNKNOWN';

/** One idempotency key, those who use it, and what they were told. */
export interface Submission {
  readonly key: string;
  readonly stamp: SubmissionStamp;
  readonly spec: JobSpec;
  /** The same key for something else; null when nobody does that. */
  readonly other: { readonly spec: JobSpec; readonly specHash: string } | null;
  /** Callers who ask for the same at the same time. */
  readonly callers: number;
  readonly temper: Temper;
  readonly told: Told[];
  /** Calls made. */
  calls: number;
  /** Stopped for good, as its temper is. */
  gaveUp: 'REFUSED' | 'UNKNOWN' | null;
}

export type Submit = (spec: JobSpec, key: string) => Promise<SubmitResult | null>;

/**
 * `otherNames`: who uses the key for something else may call that otherwise, too. Where only the provider remembers what a
 * key was used for, it does so by a name that begins with the job's.
 */
export function submissionOf(
  random: Random,
  key: string,
  { tempers, otherNames }: { readonly tempers: readonly Temper[]; readonly otherNames: boolean },
): Submission {
  const spec = { ...SPEC, args: [key], labels: [{ key: 'batch', value: key }] };
  const temper = random.chance(0.15) ? (tempers[random.int(0, tempers.length - 1)] ?? 'PATIENT') : 'PATIENT';
  const isAlone = temper !== 'PATIENT';
  const name = otherNames && random.chance(0.5) ? 'Other primes' : spec.name;
  const other = { ...spec, args: [key, 'another'], name };
  return {
    key,
    stamp: stampFor(key, spec),
    spec,
    other: !isAlone && random.chance(0.1) ? { spec: other, specHash: stampFor(key, other).specHash } : null,
    callers: isAlone ? 1 : random.weighted([[7, 1], [2, 2], [1, 3]]), // prettier-ignore
    temper,
    told: [],
    calls: 0,
    gaveUp: null,
  };
}

export function stampFor(key: string, spec: JobSpec): SubmissionStamp {
  return stampOf(SCOPE, PROVIDER, key, [null, spec, null]);
}

const MAX_REPEATS = 5;

/** Everything that the users of one key do while the provider is in trouble. */
export async function live(submission: Submission, random: Random, submit: Submit): Promise<void> {
  const callers = Array.from({ length: submission.callers }, async (_, nth) => {
    if (nth > 0) await delay(random.int(0, 40));
    for (let repeat = 0; repeat < MAX_REPEATS; repeat += 1) {
      const told = await ask(submission, submission.spec, submit);
      if (told !== null && isSettled(told)) return;
      if (told?.outcome === 'REFUSED' && submission.temper === 'STOPS_AT_REFUSED') {
        submission.gaveUp = 'REFUSED';
        return;
      }
      if (told?.outcome === 'UNKNOWN' && submission.temper === 'STOPS_AT_UNKNOWN') {
        submission.gaveUp = 'UNKNOWN';
        return;
      }
      await delay(random.int(1, 60));
    }
  });
  const { other } = submission;
  if (other !== null) {
    callers.push(
      (async () => {
        await delay(random.int(1, 120));
        await ask(submission, other.spec, submit);
      })(),
    );
  }
  await Promise.all(callers);
}

export function isSettled({ outcome }: Told): boolean {
  return outcome === 'CREATED' || outcome === 'MISMATCH';
}

/** Asks until it is known what became of the key, whoever of its users has it. `isEnough` ends it before. */
export async function settle(
  submission: Submission,
  submit: Submit,
  isEnough: (told: Told | null) => boolean,
): Promise<void> {
  let { spec } = submission;
  for (;;) {
    const told = await ask(submission, spec, submit);
    if (told?.outcome === 'CREATED') return;
    // Somebody else has used the key: then it is theirs.
    if (told?.outcome === 'MISMATCH') spec = submission.other?.spec ?? spec;
    if (isEnough(told)) return;
    await delay(50);
  }
}

/** Asks once; null when the process that was asked ended. */
export async function ask(submission: Submission, spec: JobSpec, submit: Submit): Promise<Told | null> {
  submission.calls += 1;
  const result = await submit(spec, submission.key);
  if (result === null) return null;
  const told = toldBy(result, stampFor(submission.key, spec).specHash);
  submission.told.push(told);
  return told;
}

function toldBy({ outcome, replayed, keys, refusals }: SubmitResult, specHash: string): Told {
  const failures = refusals.flatMap((refusal) => (refusal.type === 'FAILED' ? [refusal.error] : []));
  const isMismatch = failures.some(({ code }) => code === 'IDEMPOTENCY_MISMATCH');
  const why = refusals
    .map((refusal) =>
      refusal.type === 'FAILED'
        ? `${refusal.error.code}: ${refusal.error.message}`
        : `${refusal.type} ${refusal.problem.path.join('.')}: ${refusal.problem.message}`,
    )
    .join('; ');
  if (outcome === 'PLANNED') throw new Error('nobody asked for a plan');
  return { outcome: isMismatch ? 'MISMATCH' : outcome, replayed, keys, specHash, why };
}
