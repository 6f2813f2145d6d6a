/**
 * How a user's own job will go, read from what the user wrote. Nothing is executed: the sandbox looks at the text.
 *
 * | in the image, command or environment       | what happens                                                      |
 * |--------------------------------------------|-------------------------------------------------------------------|
 * | `sleep S` (also `1.5`, `30s`, `2m`, `1h`)   | runs that long, several add up; `sleep infinity` runs for a year  |
 * | `exit N` with N above 0, `false`           | exits with that code                                              |
 * | `kill -9 $$`                               | exits with 137                                                    |
 * | image with `nonexistent` in its name       | fails: the image cannot be pulled                                 |
 * | resources larger than any node             | fails: no node can hold it (the site decides, not this file)      |
 * | `timeoutMs` shorter than the run           | fails: timed out (the site decides)                               |
 * | env `SANDBOX_OUTCOME` = a cause or `success` | fails for that cause (oom, timeout, image, input, output, node-lost, unschedulable), or succeeds |
 * | env `SANDBOX_FAIL_FIRST` = n               | the first n attempts of every index fail; needs `maxRetries`      |
 *
 * Anything else runs for three seconds and succeeds. Preparing takes 0.8 s and finalizing 0.4 s.
 */
import type { Cause } from './catalogue/failures.ts';
import { failureMessage } from './catalogue/failures.ts';
import type { SimFate, SimJobSpec, SimOutcome } from './types.ts';

const DEFAULT_RUN_MS = 3000;
const YEAR_MS = 365 * 24 * 3600 * 1000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const CAUSES: readonly Cause[] = ['oom', 'timeout', 'image', 'input', 'output', 'node-lost', 'unschedulable'];

type FateSource = Pick<SimJobSpec, 'image' | 'command' | 'env' | 'memoryBytes'> &
  Partial<Pick<SimJobSpec, 'timeoutMs'>>;

/** The fate of a user's job. Emulators call it to complete the spec they submit. */
export function deriveFate(spec: FateSource): SimFate {
  const text = spec.command.join(' ');
  const failFirst = Number(spec.env['SANDBOX_FAIL_FIRST'] ?? 0);
  return {
    prepareMs: 800,
    runMs: sleepMsOf(text) ?? DEFAULT_RUN_MS,
    finalizeMs: 400,
    outcome: outcomeOf(spec, text),
    failFirst: Number.isInteger(failFirst) && failFirst > 0 ? failFirst : 0,
  };
}

/** The sum of all `sleep`s in a command; null when there is none. */
function sleepMsOf(text: string): number | null {
  if (/\bsleep\s+inf(inity)?\b/.test(text)) return YEAR_MS;
  let total: number | null = null;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/\bsleep\s+["']?(\d+(?:\.\d+)?)([smhd])?\b/g)) {
    total = (total ?? 0) + Number(amount) * (UNIT_MS[unit] ?? 1000);
  }
  return total === null ? null : Math.min(YEAR_MS, Math.round(total));
}

function outcomeOf(spec: FateSource, text: string): SimOutcome {
  const asked = spec.env['SANDBOX_OUTCOME'];
  if (asked === 'success') return { kind: 'success' };
  const cause =
    CAUSES.find((name) => name === asked) ?? (/nonexistent/i.test(spec.image) ? 'image' : undefined);
  if (cause !== undefined) return { kind: 'failure', cause, message: failureMessage(cause, spec) };
  if (/\bkill\s+-(9|KILL)\s+\$\$/.test(text)) return { kind: 'nonzero', exitCode: 137 };
  const exitCode = Number(/\bexit\s+(\d{1,3})\b/.exec(text)?.[1] ?? 0) & 0xff;
  if (exitCode > 0) return { kind: 'nonzero', exitCode };
  if (/^(\S*sh\s+-\w*c\s+)?["']?(\/bin\/)?false["']?$/.test(text.trim()))
    return { kind: 'nonzero', exitCode: 1 };
  return { kind: 'success' };
}
