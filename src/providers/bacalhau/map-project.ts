import type { ProjectRecord } from '../../model/records.ts';
import type { Observed } from './wire.ts';

/** What the server calls the namespace of a job that names none. */
export const DEFAULT_NAMESPACE = 'default';

/**
 * A namespace. It exists by being named: nothing creates or deletes one, and the server keeps no record of it, so the
 * record is made here. "*" is the API's word for all namespaces and can be none itself.
 */
export function mapNamespace(namespace: string, at: Observed): ProjectRecord {
  return {
    kind: 'project',
    provider: at.provider,
    key: namespace as ProjectRecord['key'],
    nativeRef: { type: 'namespace', id: namespace },
    name: namespace,
    observedAt: at.observedAt,
    origin: 'NATIVE',
    parentKey: null,
    description: null,
    quota: [],
  };
}
