import type { JobSpec } from '../../../model/job-spec.ts';
import type { ResourcesToSend } from './job-to-send.ts';
import type { Verdicts } from '../../verdicts.ts';

const NOTHING_ASKED = 'Asking for none leaves it to the server, which gives every task its default amount.';

/** Requests as texts that the server reads exactly: CPU in thousandths, sizes in bytes, GPUs as a whole number. */
export function resourcesOf({ resources }: Pick<JobSpec, 'resources'>, verdicts: Verdicts): ResourcesToSend {
  const { cpuMillis, memoryBytes, diskBytes, gpuMillis, gpuModel } = resources;
  const at = (field: string) => ['spec', 'resources', field];
  const amount = (field: string, asked: number | null, text: string): string | null => {
    if (asked === null) return null;
    if (asked > 0) verdicts.honoured(at(field));
    else verdicts.ignored(at(field), NOTHING_ASKED);
    return asked > 0 ? text : null;
  };
  const CPU = amount('cpuMillis', cpuMillis, `${String(cpuMillis)}m`);
  const Memory = amount('memoryBytes', memoryBytes, `${String(memoryBytes)}b`);
  const Disk = amount('diskBytes', diskBytes, `${String(diskBytes)}b`);
  if (gpuMillis !== null) {
    const isWhole = gpuMillis % 1000 === 0;
    verdicts.judge(
      at('gpuMillis'),
      isWhole ? null : 'Bacalhau gives whole GPUs only: ask for a multiple of 1000.',
    );
  }
  if (gpuModel !== null) {
    verdicts.refused(
      at('gpuModel'),
      'Bacalhau knows GPU models as node labels: constrain the label "GPU-0" in extensions.bacalhau.constraints.',
    );
  }
  return {
    ...(CPU === null ? {} : { CPU }),
    ...(Memory === null ? {} : { Memory }),
    ...(Disk === null ? {} : { Disk }),
    ...(gpuMillis === null ? {} : { GPU: String(Math.trunc(gpuMillis / 1000)) }),
  };
}
