/**
 * What the orchestrator remembers of a job beside its run: the spec of every version as the client wrote it, and how
 * the version came about. Jobs that the world itself submits have no entry; their spec is read from the world.
 */
import type { JobSpec } from './spec.ts';

/** A spec with every default applied. */
export type StoredSpec = JobSpec & { readonly Count: number };

export type VersionOrigin = 'submit' | 'update' | 'rerun';

interface Entry {
  readonly spec: StoredSpec;
  readonly origin: VersionOrigin;
  readonly evaluationId: string | undefined;
}

export interface Ledger {
  /** A version begins. Its first executions carry the id of the evaluation that the client was told. */
  open(jobId: string, version: number, spec: StoredSpec, origin: VersionOrigin, evaluationId?: string): void;
  /** The spec of a version, or of the newest one before it that the ledger knows; undefined for a job of the world. */
  spec(jobId: string, version: number): StoredSpec | undefined;
  origin(jobId: string, version: number): VersionOrigin;
  evaluationId(jobId: string, version: number): string | undefined;
  /** True once any job was stored with a label of this key: its index exists. */
  knowsLabel(key: string): boolean;
}

export function createLedger(): Ledger {
  const opened = new Map<string, Map<number, Entry>>();
  const labelKeys = new Set<string>();
  return {
    open(jobId, version, spec, origin, evaluationId) {
      const versions = opened.get(jobId) ?? new Map<number, Entry>();
      opened.set(jobId, versions.set(version, { spec, origin, evaluationId }));
      for (const key of Object.keys(spec.Labels)) labelKeys.add(key);
    },
    spec(jobId, version) {
      const versions = opened.get(jobId);
      for (let at = version; at >= 1; at--) {
        const entry = versions?.get(at);
        if (entry !== undefined) return entry.spec;
      }
      return undefined;
    },
    origin(jobId, version) {
      return opened.get(jobId)?.get(version)?.origin ?? (version > 1 ? 'rerun' : 'submit');
    },
    evaluationId: (jobId, version) => opened.get(jobId)?.get(version)?.evaluationId,
    knowsLabel: (key) => labelKeys.has(key),
  };
}
