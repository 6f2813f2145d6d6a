import type { Draft } from './draft.ts';
import { extensionPath, notWith } from './field-path.ts';

const MEGABYTE = 1_000_000;

/**
 * Resources become the least a machine must have. Memory is in MB by the member's name and the Python documentation (the
 * OpenAPI text says GB; unverified). A GPU can be demanded, but neither how many nor which.
 */
export function draftHardware({ spec, extension, verdicts, body }: Draft): void {
  const { cpuMillis, memoryBytes, diskBytes, gpuMillis, gpuModel } = spec.resources;
  const constraints: object[] = [];
  const inPool = extension.poolUuid != null;
  const demand = (name: string, asked: boolean, constraint: object, change: string | null): void => {
    const path = ['spec', 'resources', name];
    if (asked && inPool)
      return verdicts.refused(path, notWith(path, extensionPath('poolUuid'), 'the pool has its machines.'));
    if (asked) constraints.push(constraint);
    if (asked && change !== null) verdicts.translated(path, change);
    else verdicts.honoured(path);
  };
  if (cpuMillis !== null) {
    const coreCount = Math.ceil(cpuMillis / 1000);
    const change = coreCount * 1000 === cpuMillis ? null : `Rounded up to ${String(coreCount)} whole cores.`;
    demand('cpuMillis', coreCount > 0, { discriminator: 'MinimumCoreHardwareConstraint', coreCount }, change);
  }
  if (memoryBytes !== null) {
    const minimumMemoryMB = Math.ceil(memoryBytes / MEGABYTE);
    const change =
      minimumMemoryMB * MEGABYTE === memoryBytes ? null : `Rounded up to ${String(minimumMemoryMB)} MB.`;
    const constraint = { discriminator: 'MinimumRamHardwareConstraint', minimumMemoryMB };
    demand('memoryBytes', minimumMemoryMB > 0, constraint, change);
  }
  if (diskBytes !== null)
    verdicts.judge(
      ['spec', 'resources', 'diskBytes'],
      diskBytes > 0 ? 'Qarnot cannot be asked for an amount of disk.' : null,
    );
  if (gpuMillis !== null && gpuMillis > 1000)
    verdicts.refused(
      ['spec', 'resources', 'gpuMillis'],
      'Qarnot can be asked for a machine with a GPU, not for how many: ask for 1000 at most.',
    );
  else if (gpuMillis !== null)
    demand(
      'gpuMillis',
      gpuMillis > 0,
      { discriminator: 'GpuHardwareConstraint' },
      'A machine with a GPU is demanded; how many it has cannot be said.',
    );
  if (gpuModel !== null)
    verdicts.refused(['spec', 'resources', 'gpuModel'], 'Qarnot cannot be asked for a model of GPU.');
  if (constraints.length > 0) body.hardwareConstraints = constraints;
}
