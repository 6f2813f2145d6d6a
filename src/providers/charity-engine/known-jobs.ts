import type { Label, Resources } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { SubmissionStamp } from '../acting.ts';

/** What the gateway itself knows of a job, because the service does not tell it. */
export interface KnownJob {
  readonly id: string;
  /** When it was submitted through the gateway, or else imported: its creation time as far as anybody can tell. */
  readonly knownAt: EpochMs;
  /** IMPORTED: named by the configuration or by a caller; whether it exists, only the service can say. */
  readonly source: 'SUBMITTED' | 'IMPORTED';
  /** As the submitter called it; null when it has no name. */
  readonly name: string | null;
  /** Fingerprint of the credential it was submitted with; null for an imported job, and after a restart. */
  readonly submittedWith: string | null;
  /** When the gateway asked for its cancellation: the service has one word for a cancellation and a time limit. */
  readonly cancelRequestedAt: EpochMs | null;
  /** Null for an imported job: the service does not say what was submitted. */
  readonly spec: KnownSpec | null;
  /** As they were submitted here: the service has none. */
  readonly labels: readonly Label[];
  /** What the submission is recognised by; null for an imported job. It is sent as a tag, which no answer ever tells. */
  readonly stamp: SubmissionStamp | null;
}

export interface KnownSpec {
  /** `docker:<image>`, or `<namespace>:<application>`. */
  readonly app: string;
  readonly commandLine: string;
  readonly resources: Resources;
  /** The `hours` of the submission, in milliseconds. */
  readonly timeoutMs: number | null;
}

/** The jobs of one connection that the gateway knows of: the part of the intent store that reading needs. */
export interface KnownJobs {
  /** In no particular order. */
  list(): readonly KnownJob[];
  get(id: string): KnownJob | null;
  /** Adds jobs, or replaces what is known of them; when they became known, and that one was cancelled, stays as it was. */
  add(jobs: readonly KnownJob[]): void;
  /** Notes when the gateway asked for the cancellation of jobs; null when it turns out that it did not. */
  setCancelRequested(ids: readonly string[], at: EpochMs | null): void;
  remove(ids: readonly string[]): void;
  /** How many were forgotten because there were too many. */
  readonly forgotten: number;
}

/** An imported job: nothing is known of it but its id, and what its submitter remembers. */
export function importedJob(id: string, knownAt: EpochMs, name: string | null = null): KnownJob {
  return {
    id,
    knownAt,
    source: 'IMPORTED',
    name,
    submittedWith: null,
    cancelRequestedAt: null,
    spec: null,
    labels: [],
    stamp: null,
  };
}

/** Kept in memory: gone with the process, except for what the configuration names. */
export class MemoryKnownJobs implements KnownJobs {
  readonly #limit: number;
  readonly #jobs = new Map<string, KnownJob>();
  #forgotten = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  list(): readonly KnownJob[] {
    return [...this.#jobs.values()];
  }

  get(id: string): KnownJob | null {
    return this.#jobs.get(id) ?? null;
  }

  add(jobs: readonly KnownJob[]): void {
    for (const job of jobs) {
      const known = this.#jobs.get(job.id);
      // An import tells nothing new of a job that was submitted here.
      if (known?.source === 'SUBMITTED' && job.source === 'IMPORTED') continue;
      const cancelRequestedAt = job.cancelRequestedAt ?? known?.cancelRequestedAt ?? null;
      this.#jobs.set(job.id, { ...job, knownAt: known?.knownAt ?? job.knownAt, cancelRequestedAt });
    }
    for (const oldest of this.#jobs.keys()) {
      if (this.#jobs.size <= this.#limit) break;
      this.#jobs.delete(oldest);
      this.#forgotten += 1;
    }
  }

  setCancelRequested(ids: readonly string[], at: EpochMs | null): void {
    for (const id of ids) {
      const job = this.#jobs.get(id);
      if (job !== undefined) this.#jobs.set(id, { ...job, cancelRequestedAt: at });
    }
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.#jobs.delete(id);
  }

  get forgotten(): number {
    return this.#forgotten;
  }
}
