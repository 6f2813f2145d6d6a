import { GridweaveError } from '../model/errors.ts';
import { systemClock, type Clock, type EpochMs } from '../model/time.ts';
import type { ProbeResult, ProviderAdapter } from '../providers/provider.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import { formatJson, formatReport, isTrouble, type Checked } from './check-report.ts';

/** One provider to check; a `Provider` of the registry is one. */
export interface CheckTarget {
  readonly key: string;
  readonly kind: string;
  readonly adapter: Pick<ProviderAdapter, 'probe' | 'capabilities'>;
}

export interface CheckInput {
  readonly providers: readonly CheckTarget[];
  /** Where the report goes; standard output by default. */
  readonly write?: (text: string) => void;
  /** Told one line as each provider answers; standard error by default when that is a terminal. */
  readonly progress?: (line: string) => void;
  /** Default: whether standard output is a terminal that wants colour. */
  readonly colour?: boolean;
  readonly json?: boolean;
  /** How long one provider may take, in milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
}

/** A probe makes a handful of calls; one that makes more is at fault. */
const CALLS_PER_PROBE = 30;

/** NO_COLOR and FORCE_COLOR are honoured; so is TERM=dumb. */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors();
}

function reportProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
}

function failed(problem: GridweaveError): ProbeResult {
  return { reachable: false, version: null, latencyMs: null, permissions: [], problem, notes: [] };
}

/** Probes one provider. Never rejects, and ends at the deadline even when the adapter does not. */
export async function probeOne(
  { key, adapter }: CheckTarget,
  deadlineMs: number,
  clock: Clock,
): Promise<ProbeResult> {
  const abort = new AbortController();
  const late = new Promise<ProbeResult>((resolve) => {
    abort.signal.addEventListener(
      'abort',
      () => {
        const message = `Provider "${key}" did not answer within ${deadlineMs} ms.`;
        resolve(failed(new GridweaveError('PROVIDER_TIMEOUT', message, { provider: key })));
      },
      { once: true },
    );
  });
  const timer = setTimeout(() => abort.abort(), deadlineMs);
  try {
    const probe = adapter.probe({
      signal: abort.signal,
      deadlineAt: (clock.now() + deadlineMs) as EpochMs,
      budget: createCallBudget(CALLS_PER_PROBE),
    });
    return await Promise.race([probe, late]);
  } catch (error) {
    if (error instanceof GridweaveError) return failed(error);
    // What an unknown error says may hold anything; its kind is enough to report it.
    const name = error instanceof Error ? error.name : typeof error;
    return failed(new GridweaveError('INTERNAL', `The probe itself failed (${name}).`, { provider: key }));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Probes every provider at once and prints what it found: a table with hints, or JSON. Answers with the exit code: 0
 * when every provider can be reached, has no problem and lets the credential read; 1 otherwise, and when there is no
 * provider at all.
 */
export async function runCheck(input: CheckInput): Promise<number> {
  const { providers, json = false, deadlineMs = 10_000, clock = systemClock } = input;
  const write = input.write ?? ((text: string) => void process.stdout.write(text));
  const progress = input.progress ?? reportProgress;
  let done = 0;
  const results = await Promise.all(
    providers.map(async (target): Promise<Checked> => {
      const probe = await probeOne(target, deadlineMs, clock);
      const { key, kind, adapter } = target;
      // Read after the probe: capabilities may narrow once the version is known.
      const result: Checked = { key, kind, capabilities: adapter.capabilities, probe };
      done += 1;
      progress(`[${done}/${providers.length}] ${key}: ${isTrouble(result) ? 'trouble' : 'ready'}`);
      return result;
    }),
  );
  write(json ? formatJson(results) : formatReport(results, input.colour ?? wantsColour(process.stdout)));
  return results.length > 0 && !results.some(isTrouble) ? 0 : 1;
}
