/** OK: as it should be. WARN: it works, and somebody should look. FAIL: it will not work. SKIPPED: could not be looked at. */
export type Verdict = 'OK' | 'WARN' | 'FAIL' | 'SKIPPED';

/** One thing that was looked at. Member names are stable: `--json` prints them. */
export interface Finding {
  /** What was looked at, such as "dns". Stable. */
  readonly check: string;
  /** Of what: a provider's key, a path, a variable. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** One sentence, without a secret. */
  readonly detail: string;
  /** What to do; null when there is nothing to do. */
  readonly fix: string | null;
}

export function ok(check: string, subject: string, detail: string): Finding {
  return { check, subject, verdict: 'OK', detail, fix: null };
}

export function warn(check: string, subject: string, detail: string, fix: string): Finding {
  return { check, subject, verdict: 'WARN', detail, fix };
}

export function fail(check: string, subject: string, detail: string, fix: string): Finding {
  return { check, subject, verdict: 'FAIL', detail, fix };
}

export function skipped(check: string, subject: string, detail: string): Finding {
  return { check, subject, verdict: 'SKIPPED', detail, fix: null };
}

/** The code of an error of the system, or its name: its message may hold anything. */
export function codeOf(error: unknown): string {
  // What TLS says of a certificate is a bare code.
  if (typeof error === 'string') return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
