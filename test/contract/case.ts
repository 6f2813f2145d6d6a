/**
 * The contract suite: one table of cases that every adapter passes, whatever its provider. A case knows the provider
 * contract and the simulated world, and no provider by name; what it must know of one (how many calls its API needs,
 * what its wire looks like) stands in that target's `ProviderFacts`, taken from the provider's documentation.
 *
 * `targets/` makes the targets, `cases/` holds the table by topic, `run.ts` registers it. To hold a new adapter to the
 * contract, write a target for it and a runner of three lines.
 */
import type { RecordKind } from '../../src/model/ids.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import type { Rig, StartOptions } from './rig.ts';
import type { ProviderFacts } from './facts.ts';

export interface ContractCase {
  readonly name: string;
  /** Whether the case is about something this adapter claims, and its provider has; absent when it is about all. */
  readonly needs?: (capabilities: Capabilities, facts: ProviderFacts) => boolean;
  /** Only reads, and holds in whatever world: may run against a provider's real service. */
  readonly live?: true;
  /** Worth running against every version of a provider that has versions. */
  readonly everyVersion?: true;
  run(target: Target): Promise<void>;
}

/** One provider to hold to the contract, emulated or real. Everything it starts is closed by the runner. */
export interface Target {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly facts: ProviderFacts;
  /** A world of its own for one case. A real service has only the one it has, and takes no options of the world. */
  start(options?: StartOptions): Promise<Rig>;
  /** A world that stands still, shared by all cases that only read. */
  still(): Promise<Rig>;
}

export interface Topic {
  readonly name: string;
  readonly cases: readonly ContractCase[];
}

const KINDS: readonly RecordKind[] = ['job', 'task', 'execution', 'computeNode', 'project'];

/** One case for each kind of record, where the adapter has that kind. */
export function forEachKind(
  make: (kind: RecordKind) => ContractCase,
  kinds: readonly RecordKind[] = KINDS,
): ContractCase[] {
  return kinds.map((kind) => {
    const made = make(kind);
    return {
      ...made,
      name: `${kind}: ${made.name}`,
      needs: (capabilities, facts) =>
        capabilities.kinds.includes(kind) && (made.needs === undefined || made.needs(capabilities, facts)),
    };
  });
}
