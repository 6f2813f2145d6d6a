import type { ProviderKindDefinition } from '../../../src/providers/kind.ts';

/** A kind of which some settings are as they are, whatever a case asks for beside them. */
export function withSettings<Settings>(
  kind: ProviderKindDefinition<Settings>,
  settings: object,
): ProviderKindDefinition<Settings> {
  return {
    ...kind,
    create: (deps) =>
      kind.create({ ...deps, settings: kind.settingsSchema.parse({ ...deps.settings, ...settings }) }),
  };
}
