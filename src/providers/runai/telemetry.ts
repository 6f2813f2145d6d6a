import { GridweaveError } from '../../model/errors.ts';
import { bytes, millis, type Bytes } from '../../model/units.ts';
import type { CallContext } from '../../upstream/types.ts';
import { listOf, numberOf, textOf, wireOf, type Wire } from '../reading.ts';
import { outcome, type Connection } from './connection.ts';
import { nodeKey } from './keys.ts';

/** What telemetry tells of one node. Null is not told. */
export interface NodeFigures {
  readonly cpuMillis: number | null;
  readonly memoryBytes: Bytes | null;
  readonly allocatedCpuMillis: number | null;
  readonly allocatedMemoryBytes: Bytes | null;
  readonly allocatedGpuMillis: number | null;
}

export interface Telemetry {
  of(clusterId: string, name: string): NodeFigures;
  /** Why some of it is missing; null when it is all there. */
  readonly failure: GridweaveError | null;
}

const MEASURES = [
  'TOTAL_CPU_CORES',
  'TOTAL_CPU_MEMORY_BYTES',
  'ALLOCATED_CPU_CORES',
  'ALLOCATED_CPU_MEMORY_BYTES',
  'ALLOCATED_GPUS',
] as const;
type Measure = (typeof MEASURES)[number];

/** One call per measure, for all nodes at once. Nodes are told without it, too: a failure leaves its figures open. */
export async function readTelemetry({ api, settings }: Connection, ctx: CallContext): Promise<Telemetry> {
  const { cluster } = settings;
  const answers = settings.nodeTelemetry
    ? await Promise.all(
        MEASURES.map(async (measure) => ({
          measure,
          answer: await outcome(() => api.nodeTelemetry(measure, cluster, ctx)),
        })),
      )
    : [];
  const figures = new Map<Measure, Map<string, number>>();
  let failure: GridweaveError | null = null;
  for (const { measure, answer } of answers) {
    if (answer instanceof GridweaveError) failure ??= answer;
    else figures.set(measure, figuresIn(answer.wire, cluster));
  }
  return {
    failure,
    of: (clusterId, name) => {
      const told = (measure: Measure): number | null => {
        const values = figures.get(measure);
        return values?.get(figureKey(clusterId, name)) ?? null;
      };
      return {
        cpuMillis: millis(told('TOTAL_CPU_CORES')),
        memoryBytes: bytes(told('TOTAL_CPU_MEMORY_BYTES')),
        allocatedCpuMillis: millis(told('ALLOCATED_CPU_CORES')),
        allocatedMemoryBytes: bytes(told('ALLOCATED_CPU_MEMORY_BYTES')),
        allocatedGpuMillis: millis(told('ALLOCATED_GPUS')),
      };
    },
  };
}

function figureKey(clusterId: string, name: string): string {
  return nodeKey(clusterId.toLowerCase(), name);
}

/** Values are numbers written as texts; how the keys of groups are spelled is unverified, so casing does not matter. */
function figuresIn(wire: Wire, onlyCluster: string | undefined): Map<string, number> {
  const figures = new Map<string, number>();
  for (const entry of listOf(wire['values']).map(wireOf)) {
    const groups = new Map(
      listOf(entry['groups'])
        .map(wireOf)
        .map((group) => [textOf(group['key'])?.toLowerCase() ?? '', group] as const),
    );
    const node = groups.get('node') ?? {};
    const cluster = textOf(wireOf(groups.get('clusterid'))['value']) ?? onlyCluster;
    const value = numberOf(entry['value']);
    if (cluster === undefined || value === null) continue;
    // Whether a node's value is its name or its id is unverified; its name, where there is one, is the name.
    for (const name of [textOf(node['value']), textOf(node['name'])]) {
      if (name !== null) figures.set(figureKey(cluster, name), value);
    }
  }
  return figures;
}
