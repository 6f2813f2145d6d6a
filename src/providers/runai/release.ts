import type { Clock } from '../../model/time.ts';

/**
 * What versions of the control plane differ in, as far as it matters here, and the minor version that began with it.
 * `tenantNodes`: nodes of all clusters in one list. `phaseDeltas`: workloads can be sorted and filtered by the time of
 * their last change of phase. `batch`: one call acts on workloads of any kinds. `distributedSuspend`: distributed
 * trainings can be suspended.
 */
const SINCE = { batch: 19, distributedSuspend: 20, phaseDeltas: 21, tenantNodes: 23 } as const;
export type Feature = keyof typeof SINCE;

/** How long a feature that was found missing is not tried again: installations are upgraded while we run. */
const ABSENT_MS = 600_000;

/** The control plane's version does not stand in its answers: it is told by the operator, or found out by trying. */
export class Release {
  readonly #minor: number | null;
  readonly #clock: Clock;
  readonly #absentUntil = new Map<Feature, number>();

  constructor(version: string | undefined, clock: Clock) {
    this.#minor = version === undefined ? null : Number(version.split('.')[1]);
    this.#clock = clock;
  }

  /** Whether to use a feature: for certain not, or worth a try. */
  may(feature: Feature): boolean {
    if (this.#minor !== null && this.#minor < SINCE[feature]) return false;
    return this.#clock.now() >= (this.#absentUntil.get(feature) ?? 0);
  }

  /** Notes that the feature is missing, whatever the version. */
  lacks(feature: Feature): void {
    this.#absentUntil.set(feature, this.#clock.now() + ABSENT_MS);
  }

  /** Takes a note back. */
  has(feature: Feature): void {
    this.#absentUntil.delete(feature);
  }
}
