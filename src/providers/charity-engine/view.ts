import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { Status } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { KnownJob } from './known-jobs.ts';
import type { Sighting, Verdict } from './sighting.ts';

/** What every record of a job is made of. */
export interface JobView {
  readonly provider: ProviderKey;
  readonly sighting: Sighting;
  /** Null when the gateway was asked for it by its id alone. */
  readonly known: KnownJob | null;
  readonly projectKey: NativeKey;
}

/** The service tells no names: a job is called as its submitter called it, or else by its id. */
export function nameOf(id: string, known: KnownJob | null): string {
  return known?.name ?? id;
}

/** The service tells no times: this is when the job was submitted here or imported, or else when it was first seen. */
function createdAtOf({ sighting, known }: JobView): EpochMs {
  return known?.knownAt ?? sighting.firstSeenAt;
}

export function statusOf(verdict: Verdict, counts: Status['counts']): Status {
  return { ...verdict, desired: null, degraded: false, counts, since: null };
}

/** What job, task and executions have in common. Their times of start and end are not told. */
export function sharedBy(view: JobView) {
  const { provider, sighting } = view;
  return {
    provider,
    observedAt: sighting.observedAt,
    revision: sighting.revision,
    createdAt: createdAtOf(view),
    startedAt: null,
    endedAt: null,
  } as const;
}
