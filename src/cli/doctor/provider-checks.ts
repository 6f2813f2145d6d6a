import { ERROR_CODES } from '../../model/errors.ts';
import { systemClock } from '../../model/time.ts';
import type { ProbeResult } from '../../providers/provider.ts';
import { probeOne, type CheckTarget } from '../check.ts';
import { deniedReads } from '../check-report.ts';
import { fail, ok, skipped, warn, type Finding } from './finding.ts';

const PROBE_MS = 10_000;

/** What the provider itself says: who we are to it, and what we may do. Only reads. `failedBefore`: the check that showed there is no way to it. */
export async function checkProbe(provider: CheckTarget, failedBefore: string | null): Promise<Finding[]> {
  if (failedBefore !== null) {
    const why = `After "${failedBefore}" failed.`;
    return [skipped('probe', provider.key, why), skipped('permissions', provider.key, why)];
  }
  const probe = await probeOne(provider, PROBE_MS, systemClock);
  return [answers(provider.key, probe), ...permissions(provider.key, probe)];
}

function answers(subject: string, { reachable, version, latencyMs, problem }: ProbeResult): Finding {
  if (problem !== null) {
    return fail('probe', subject, `${problem.code}: ${problem.message}`, ERROR_CODES[problem.code].remedy);
  }
  if (!reachable) return fail('probe', subject, 'It does not answer.', 'Check whether the provider is up.');
  const detail = `${version ?? 'It does not tell its version'}${latencyMs === null ? '' : `, in ${String(Math.round(latencyMs))} ms`}.`;
  return ok('probe', subject, detail);
}

function permissions(subject: string, probe: ProbeResult): Finding[] {
  if (!probe.reachable || probe.problem !== null) {
    return [skipped('permissions', subject, 'After the probe failed.')];
  }
  const named = (allowed: boolean | null): string =>
    probe.permissions.filter((one) => one.allowed === allowed).map(({ name }) => name).join(', '); // prettier-ignore
  const may = named(true) === '' ? 'Nothing is known for certain.' : `The credential may ${named(true)}.`;
  const unknown = named(null) === '' ? '' : ` Not known: ${named(null)}.`;
  const denied = named(false);
  if (denied === '') return [ok('permissions', subject, may + unknown)];
  const detail = `The credential may not ${denied}.`;
  const fix = 'Grant this at the provider, or use another credential.';
  return [deniedReads(probe).length > 0 ? fail('permissions', subject, detail, fix) : warn('permissions', subject, detail, fix)]; // prettier-ignore
}
