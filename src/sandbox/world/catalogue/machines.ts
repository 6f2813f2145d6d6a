/** The machines of each site: classes of nodes, and the pools some of them belong to. */
import type { SimGpu, SiteName } from '../types.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

function gpus(count: number, model: string, vendor: SimGpu['vendor'], memoryMib: number): readonly SimGpu[] {
  return Array.from({ length: count }, () => ({ model, vendor, memoryBytes: memoryMib * MIB }));
}

// Memory as each vendor's own tool reports it, in MiB.
const a100 = (count: number): readonly SimGpu[] => gpus(count, 'NVIDIA A100-SXM4-80GB', 'NVIDIA', 81_920);
const h100 = (count: number): readonly SimGpu[] => gpus(count, 'NVIDIA H100 80GB HBM3', 'NVIDIA', 81_559);
const l40s = (count: number): readonly SimGpu[] => gpus(count, 'NVIDIA L40S', 'NVIDIA', 46_068);
const t4 = (count: number): readonly SimGpu[] => gpus(count, 'Tesla T4', 'NVIDIA', 15_360);
const mi300x = (count: number): readonly SimGpu[] => gpus(count, 'AMD Instinct MI300X', 'AMD/ATI', 196_592);

/** A kind of machine and how many of it a site has. */
export interface MachineClass {
  /** Part of the nodes' names. */
  readonly name: string;
  readonly count: number;
  readonly cores: number;
  readonly memoryGib: number;
  readonly diskGib: number;
  readonly cpuModel: string;
  readonly gpus: readonly SimGpu[];
  /** Name of a pool of this site; absent for machines anybody may use. */
  readonly pool?: string;
}

export interface PoolClass {
  readonly name: string;
  readonly team: string;
  readonly profile: string;
  /** A pool of yesterday: it has no machines any more. */
  readonly closed?: boolean;
}

const EPYC = 'AMD EPYC 9354 32-Core Processor';
const EPYC_OLD = 'AMD EPYC 7543 32-Core Processor';
const XEON = 'Intel(R) Xeon(R) Platinum 8480+';
const XEON_OLD = 'Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz';
const RYZEN = 'AMD Ryzen 9 7950X 16-Core Processor';

function machine(
  name: string,
  count: number,
  size: readonly [cores: number, memoryGib: number, diskGib: number],
  cpuModel: string,
  gpus: readonly SimGpu[] = [],
  pool?: string,
): MachineClass {
  const [cores, memoryGib, diskGib] = size;
  return { name, count, cores, memoryGib, diskGib, cpuModel, gpus, ...(pool === undefined ? {} : { pool }) };
}

export const MACHINES: Readonly<Record<SiteName, readonly MachineClass[]>> = {
  bacalhau: [
    machine('cpu-std', 4, [16, 64, 500], XEON_OLD),
    machine('cpu-big', 2, [64, 256, 1800], EPYC),
    machine('gpu-a100', 2, [64, 512, 3500], EPYC_OLD, a100(4)),
    machine('gpu-l40s', 2, [32, 256, 1800], EPYC, l40s(4)),
    machine('gpu-t4', 2, [16, 64, 500], XEON_OLD, t4(2)),
  ],
  qarnot: [
    machine('qb-ryzen', 3, [16, 64, 450], RYZEN),
    machine('qb-epyc', 2, [64, 256, 900], EPYC),
    machine('qb-l40s', 3, [32, 256, 900], EPYC, l40s(4)),
    machine('pool-vision', 2, [32, 128, 450], EPYC, l40s(2), 'vision-interactive'),
    machine('pool-render', 3, [32, 128, 450], EPYC, [], 'render-nightly'),
    machine('pool-genomics', 1, [64, 256, 900], EPYC, [], 'genomics-batch'),
  ],
  runai: [
    machine('dgx-a100', 3, [128, 1024, 7000], 'AMD EPYC 7742 64-Core Processor', a100(8)),
    machine('hgx-h100', 2, [112, 2048, 7000], XEON, h100(8)),
    machine('l40s', 2, [64, 512, 3500], EPYC, l40s(4)),
    machine('mi300x', 1, [96, 1536, 7000], EPYC, mi300x(8)),
    machine('cpu', 2, [64, 256, 1800], XEON),
  ],
  'charity-engine': [
    machine('laptop', 4, [8, 16, 120], '13th Gen Intel(R) Core(TM) i7-1360P'),
    machine('desktop', 4, [16, 64, 250], RYZEN),
    machine('workstation', 4, [32, 128, 500], 'AMD Ryzen Threadripper 7970X 32-Cores'),
    machine('server', 2, [64, 256, 900], XEON_OLD),
  ],
};

export const POOLS: Readonly<Record<SiteName, readonly PoolClass[]>> = {
  bacalhau: [],
  qarnot: [
    { name: 'vision-interactive', team: 'vision', profile: 'docker-nvidia-batch' },
    { name: 'render-nightly', team: 'render-farm', profile: 'docker-batch' },
    { name: 'genomics-batch', team: 'genomics', profile: 'docker-batch' },
    { name: 'render-overflow', team: 'render-farm', profile: 'docker-batch', closed: true },
  ],
  runai: [],
  'charity-engine': [],
};

/** A machine class in the units of the world. */
export function sizeOf(machineClass: MachineClass): {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
} {
  return {
    cpuMillis: machineClass.cores * 1000,
    memoryBytes: machineClass.memoryGib * GIB,
    diskBytes: machineClass.diskGib * GIB,
  };
}
