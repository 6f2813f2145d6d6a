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
}

export interface Ledger {
  /** A version begins. */
  open(jobId: string, version: number, spec: StoredSpec, origin: VersionOrigin): void;
  /** The spec of a version, or of the newest one before it that the ledger knows; undefined for a job of the world. */
  spec(jobId: string, version: number): StoredSpec | undefined;
  origin(jobId: string, version: number): VersionOrigin;
}

export function createLedger(): Ledger {
  const opened = new Map<string, Map<number, Entry>>();
  return {
    open(jobId, version, spec, origin) {
      const versions = opened.get(jobId) ?? new Map<number, Entry>();
      opened.set(jobId, versions.set(version, { spec, origin }));
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
  };
}
