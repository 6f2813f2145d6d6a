import type { ConfiguredProvider, ProviderKind } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { rememberedJobs } from '../sandbox/charity-engine/emulator.ts';
import type { Sandbox, SandboxKind } from '../sandbox/sandbox.ts';

/** Jobs of the account that the sandbox's person tells the gateway of: Charity Engine lists none. */
const KNOWN_JOBS = 30;
/** As many as the emulator takes in one call. */
const IDS_PER_CALL = 40;
/** How the vendor's service cancels is not documented; the emulator serves this guess, among others. */
const CANCEL = { method: 'DELETE', path: 'jobs/{ids}', auth: 'bearer' };

/**
 * The emulators of a running sandbox, configured just as real providers are: through the text of a configuration, with
 * their secrets in its environment. One provider each, keyed by its kind.
 */
export function sandboxProviders(
  sandbox: Sandbox,
  kinds: readonly ProviderKind[],
): readonly ConfiguredProvider[] {
  const env: Record<string, string> = {};
  const providers = [...sandbox.emulators].flatMap(([key, { connection }]) => {
    const kind = kinds.find((known) => known.kind === key);
    if (kind === undefined) return [];
    const credential = Object.entries(connection.credential).map(([member, secret]) => {
      const name = `${key}_${member}`;
      env[name] = secret;
      return [member, { env: name }] as const;
    });
    return {
      key,
      kind: key,
      name: `${kind.title} (sandbox)`,
      url: connection.url,
      settings: settingsFor(key, sandbox),
      ...(credential.length === 0 ? {} : { credential: Object.fromEntries(credential) }),
    };
  });
  return loadConfig({ text: JSON.stringify({ providers }), env, kinds }).providers;
}

function settingsFor(kind: SandboxKind, { world }: Sandbox): object {
  if (kind !== 'charity-engine') return {};
  const jobs = rememberedJobs(world, KNOWN_JOBS).map(({ submittedAt, ...job }) => ({
    ...job,
    submittedAt: new Date(submittedAt).toISOString(),
  }));
  return { jobs, idsPerStatus: IDS_PER_CALL, endpoints: { cancel: CANCEL } };
}
