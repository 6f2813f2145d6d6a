import type { ProviderKey } from '../../model/ids.ts';
import type { ProjectRecord, QuotaLine } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import { listOf, numberOf, requiredText, textOf, wireOf, type Wire } from '../reading.ts';
import { departmentKey, projectKey } from './keys.ts';
import { idOf, requiredId } from './wire.ts';

/** A project, in its department. Its quota is what it deserves: more may be used while nobody else needs it. */
export function projectRecord(provider: ProviderKey, wire: Wire, observedAt: EpochMs): ProjectRecord {
  const id = requiredId(wire, 'id');
  const parent = idOf(wire['parentId']) ?? idOf(wireOf(wire['parent'])['id']);
  return {
    kind: 'project',
    provider,
    key: projectKey(id),
    nativeRef: { type: 'project', id },
    name: requiredText(wire, 'name'),
    observedAt,
    origin: 'NATIVE',
    parentKey: parent === null ? null : departmentKey(parent),
    description: textOf(wire['description']),
    quota: quotaOf(wire),
  };
}

/** A department: what projects are in. */
export function departmentRecord(provider: ProviderKey, wire: Wire, observedAt: EpochMs): ProjectRecord {
  const id = requiredId(wire, 'id');
  return {
    kind: 'project',
    provider,
    key: departmentKey(id),
    nativeRef: { type: 'department', id },
    name: requiredText(wire, 'name'),
    observedAt,
    origin: 'NATIVE',
    parentKey: null,
    description: textOf(wire['description']),
    quota: quotaOf(wire),
  };
}

/** All node pools together, then each: GPUs, thousandths of a core, megabytes. */
function quotaOf(wire: Wire): QuotaLine[] {
  const quota = wireOf(wire['totalResources']);
  const status = wireOf(wire['status']);
  const used = wireOf(wireOf(status['quotaStatus'])['allocated']);
  const lines = [
    line('gpu', quota['gpuQuota'], used['gpu']),
    line('cpuMillis', quota['cpuQuota'], used['cpu']),
    line('memoryMegabytes', quota['memoryQuota'], used['memory']),
  ];
  const usedByPool = new Map(
    listOf(status['nodePoolQuotaStatuses'])
      .map(wireOf)
      .map((pool) => [textOf(pool['nodePoolName']) ?? '', wireOf(pool['allocated'])] as const),
  );
  for (const resource of listOf(wire['resources']).map(wireOf)) {
    const pool = textOf(wireOf(resource['nodePool'])['name']);
    if (pool === null) continue;
    const gpu = wireOf(resource['gpu']);
    lines.push(line(`nodePool.${pool}.gpu`, gpu['deserved'], usedByPool.get(pool)?.['gpu']));
    lines.push(line(`nodePool.${pool}.gpuLimit`, gpu['limit'], null));
  }
  return lines.filter(({ limit, used }) => limit !== null || used !== null);
}

/** A negative quota means that there is none. */
function line(name: string, limit: unknown, used: unknown): QuotaLine {
  const amount = numberOf(limit);
  return { name, limit: amount !== null && amount >= 0 ? amount : null, used: numberOf(used) };
}
