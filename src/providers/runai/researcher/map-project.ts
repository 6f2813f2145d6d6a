import type { NativeKey, ProviderKey } from '../../../model/ids.ts';
import type { ProjectRecord } from '../../../model/records.ts';
import type { EpochMs } from '../../../model/time.ts';
import { numberOf, requiredText, textOf, type Wire } from '../../reading.ts';

/** A project. It is known by its name alone, and so is its department, which is no object here. */
export function projectRecord(provider: ProviderKey, wire: Wire, observedAt: EpochMs): ProjectRecord {
  const name = requiredText(wire, 'name');
  const department = textOf(wire['departmentName']);
  const deserved = numberOf(wire['deservedGpus']);
  return {
    kind: 'project',
    provider,
    key: name as NativeKey,
    nativeRef: { type: 'project', id: name },
    name,
    observedAt,
    origin: 'NATIVE',
    parentKey: null,
    description: department === null ? null : `Department ${department}`,
    quota: deserved === null ? [] : [{ name: 'gpu', limit: Math.max(0, deserved), used: null }],
  };
}
