import { bacalhau } from './bacalhau/index.ts';
import { charityEngine } from './charity-engine/index.ts';
import type { ProviderKindDefinition } from './kind.ts';
import { qarnot } from './qarnot/index.ts';
import { runai } from './runai/index.ts';

/** A kind whose settings only it understands: they were checked by its own schema when the configuration was read. */
type AnyKind = ProviderKindDefinition<unknown>;

function erased<Settings>(kind: ProviderKindDefinition<Settings>): AnyKind {
  return {
    ...kind,
    create: (deps) => kind.create({ ...deps, settings: kind.settingsSchema.parse(deps.settings) }),
  };
}

/** Every provider kind of this build. An adapter that is written elsewhere is added here. */
export const PROVIDER_KINDS: readonly AnyKind[] = [
  erased(bacalhau),
  erased(qarnot),
  erased(runai),
  erased(charityEngine),
];
