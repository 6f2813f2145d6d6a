import type { ConfiguredProvider, ProviderKind } from '../config/config.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { headerCredential } from '../upstream/credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../upstream/options.ts';

/** The emulators of a running sandbox as if they had been configured: one provider each, keyed by its kind. */
export function sandboxProviders(sandbox: Sandbox, kinds: readonly ProviderKind[]): ConfiguredProvider[] {
  return kinds.flatMap((kind): ConfiguredProvider[] => {
    const emulator = [...sandbox.emulators.values()].find((running) => running.kind === kind.kind);
    if (emulator === undefined) return [];
    const key = kind.kind as ProviderKey;
    return [
      {
        key,
        name: `${kind.title} (sandbox)`,
        kind,
        settings: kind.settingsSchema.parse({}),
        enabled: true,
        secrets: [],
        upstream: {
          ...DEFAULT_UPSTREAM_OPTIONS,
          provider: key,
          baseUrl: new URL(emulator.url),
          credential:
            emulator.authorization === null
              ? null
              : headerCredential('authorization', emulator.authorization),
        },
      },
    ];
  });
}
