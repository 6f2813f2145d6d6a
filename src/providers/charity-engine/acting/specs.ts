import type { JobSpec } from '../../../model/job-spec.ts';
import type { CharityEngineSettings } from '../settings.ts';
import type { Verdicts } from '../../verdicts.ts';

/** The request for resources, as it is sent. */
export interface Specs {
  readonly vcpus: number;
  /** MB, read as MiB. The unit is not documented; no other fits the documented sample. */
  readonly ram: number;
  /** The same. */
  readonly disk: number;
  /** Units unknown: never converted, only the operator's own numbers. */
  readonly networkDownload: number;
  readonly networkUpload: number;
}

export const MIB = 2 ** 20;
export const HOUR_MS = 3_600_000;

const AMOUNTS = [
  { field: 'cpuMillis', member: 'vcpus', unit: 1000, called: 'virtual CPUs' },
  { field: 'memoryBytes', member: 'ram', unit: MIB, called: 'MB of memory' },
  { field: 'diskBytes', member: 'disk', unit: MIB, called: 'MB of disk' },
] as const;

/** What to ask for: whole virtual CPUs and whole MB, always more than 0, and the operator's choice where nothing was said. */
export function specsOf(
  verdicts: Verdicts,
  { resources }: JobSpec,
  { specs: defaults }: CharityEngineSettings,
): Specs {
  const asked = {
    vcpus: defaults.vcpus,
    ram: Math.ceil(defaults.memoryBytes / MIB),
    disk: Math.ceil(defaults.diskBytes / MIB),
  };
  const chosen: string[] = [];
  for (const { field, member, unit, called } of AMOUNTS) {
    const given = resources[field];
    if (given === null) {
      chosen.push(`${String(asked[member])} ${called}`);
      continue;
    }
    const amount = Math.max(1, Math.ceil(given / unit));
    asked[member] = amount;
    const path = ['spec', 'resources', field];
    if (amount * unit === given) verdicts.honoured(path);
    else verdicts.translated(path, `Rounded up to ${String(amount)} ${called}: only whole ones can be asked for.`); // prettier-ignore
  }
  if (resources.gpuMillis !== null) {
    const path = ['spec', 'resources', 'gpuMillis'];
    if (resources.gpuMillis === 0) verdicts.honoured(path);
    else verdicts.refused(path, 'Charity Engine takes no request for GPUs.');
  }
  if (resources.gpuModel !== null) {
    verdicts.refused(['spec', 'resources', 'gpuModel'], 'Charity Engine takes no request for GPUs.');
  }
  if (chosen.length > 0) verdicts.notes.push(`Not asked for, so chosen by the settings: ${chosen.join(', ')}.`); // prettier-ignore
  const { networkDownload, networkUpload } = defaults;
  return { ...asked, networkDownload, networkUpload };
}

/** How long a job may run, in whole hours; null when it was refused. */
export function hoursOf(
  verdicts: Verdicts,
  { executionTimeoutMs }: JobSpec,
  { maxHours }: CharityEngineSettings,
): number | null {
  if (executionTimeoutMs === null) {
    verdicts.notes.push(`Without \`executionTimeoutMs\` a job may run for ${String(maxHours)} hours ("maxHours" of the settings).`); // prettier-ignore
    return maxHours;
  }
  const path = ['spec', 'executionTimeoutMs'];
  const hours = Math.max(1, Math.ceil(executionTimeoutMs / HOUR_MS));
  if (hours > maxHours) {
    verdicts.refused(path, `No job may run for longer than ${String(maxHours)} hours ("maxHours" of the settings).`); // prettier-ignore
    return null;
  }
  if (hours * HOUR_MS === executionTimeoutMs) verdicts.honoured(path);
  else verdicts.translated(path, `Rounded up to ${String(hours)} h: only whole hours can be asked for.`);
  return hours;
}
