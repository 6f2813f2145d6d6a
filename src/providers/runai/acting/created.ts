import type { EpochMs } from '../../../model/time.ts';
import { numberOf, RowError, textOf, listOf, wireOf, type Wire } from '../../reading.ts';
import { decodeWorkload, type WorkloadRow } from '../wire.ts';
import { canSuspend, TYPE_OF_KIND, type TypedKind } from './typed-kind.ts';

/** What the service shows first of what it has accepted. */
const FIRST_PHASE = 'Creating';

/**
 * A workload that a typed endpoint tells of, as the row that the list will show of it. The typed endpoints have other
 * names for the same things, and some releases leave `actualPhase` out. Null when it cannot be read.
 */
export function rowOfTyped(wire: Wire, kind: TypedKind, sent: Wire, receivedAt: EpochMs): WorkloadRow | null {
  const { workloadId: id, createdBy, actualPhase, spec, ...common } = wire;
  const told = Object.keys(wireOf(spec)).length > 0 ? wireOf(spec) : sent;
  const row = {
    ...common,
    id,
    type: TYPE_OF_KIND[kind],
    submittedBy: createdBy,
    phase: textOf(actualPhase) ?? FIRST_PHASE,
    phaseUpdatedAt: wire['createdAt'],
    category: told['category'],
    distributedFramework: told['distributedFramework'],
    requestedPods: { number: podsOf(told, kind) },
    podsRequestedResources: requestedOf(wireOf(told['compute'])),
    images: [told['image']],
    command: told['command'],
    arguments: told['args'],
    environmentVariables: namesOf(told['environmentVariables']),
    actionsSupport: { delete: true, suspend: canSuspend(kind) },
  };
  try {
    return decodeWorkload(row, receivedAt);
  } catch (error) {
    if (error instanceof RowError) return null;
    throw error;
  }
}

function podsOf(spec: Wire, kind: TypedKind): number | null {
  if (kind === 'distributed') return numberOf(spec['numWorkers']);
  if (kind === 'inferences') return numberOf(wireOf(spec['autoscaling'])['minReplicas']);
  return numberOf(spec['completions']);
}

function requestedOf(compute: Wire): Wire {
  const devices = numberOf(compute['gpuDevicesRequest']);
  const portion = numberOf(compute['gpuPortionRequest']);
  return {
    gpuRequestType: compute['gpuRequestType'],
    gpu: {
      request: devices === null || compute['gpuRequestType'] === 'memory' ? null : devices * (portion ?? 1),
    },
    cpu: { request: compute['cpuCoreRequest'] },
    cpuMemory: { request: compute['cpuMemoryRequest'] },
  };
}

/** Values may be secrets, and no record holds one. */
function namesOf(variables: unknown): Wire {
  const names = listOf(variables).map((variable) => textOf(wireOf(variable)['name']));
  return Object.fromEntries(names.flatMap((name) => (name === null ? [] : [[name, '']])));
}
