import { isDevelopmentVersion } from './versions.ts';

/**
 * The header that all answers carry that got past authorisation. Where a request sends it, it announces the client's
 * version, which the server then judges: so no request does.
 */
const VERSION_HEADER = 'x-bacalhau-git-version';
/** How long a version that had to be asked for is believed, and how long a failure to learn it is not repeated. */
const ASKED_VERSION_MS = 300_000;
const FAILED_ASKING_MS = 60_000;
/** What is not a version (a proxy's page, say) must not become one. */
const VERSION = /^v?\d+\.\d+\.\d+[\w.+-]{0,64}$/;

/** What is known of the server's version. It is told for free by almost every answer, and may change at any time. */
export class ServerVersion {
  readonly #assumed: string | null;
  #told: string | null = null;
  #askAgainAt = 0;
  #hasChanged = false;

  constructor(assumed: string | undefined) {
    this.#assumed = assumed ?? null;
  }

  /** As the server spells it; null before it told. */
  get told(): string | null {
    return this.#told;
  }

  /** The version to go by where no answer is at hand: what it told, else what the operator said to assume. */
  get current(): string | null {
    return this.#told === null ? this.#assumed : this.#refined(this.#told);
  }

  /** Whether the server told another version before: it may hold what an older one made. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /** Learns from an answer's headers; returns the version to read that very answer by, or null when it tells none. */
  learn(headers: Readonly<Record<string, string>>): string | null {
    const version = headers[VERSION_HEADER];
    if (version === undefined || !VERSION.test(version)) return null;
    this.#tell(version);
    return this.#refined(version);
  }

  /** The version to read an answer by that told none; null when it should be asked for now. */
  believed(nowMs: number): string | null {
    if (this.#assumed !== null) return this.#assumed;
    return nowMs < this.#askAgainAt ? this.#told : null;
  }

  /** Whether asking is pointless for now: it failed a moment ago, or the operator said what to assume. */
  shouldAsk(nowMs: number): boolean {
    return this.#assumed === null && nowMs >= this.#askAgainAt;
  }

  /** Notes the answer of `agent/version`, null when it could not be had, and returns the version to go by. */
  asked(version: string | null, nowMs: number): string | null {
    if (version === null || !VERSION.test(version)) {
      this.#askAgainAt = nowMs + FAILED_ASKING_MS;
      return this.#told;
    }
    this.#tell(version);
    this.#askAgainAt = nowMs + ASKED_VERSION_MS;
    return version;
  }

  #tell(version: string): void {
    this.#hasChanged ||= this.#told !== null && this.#told !== version;
    this.#told = version;
  }

  #refined(version: string): string {
    return isDevelopmentVersion(version) && this.#assumed !== null ? this.#assumed : version;
  }
}
