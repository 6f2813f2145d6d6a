import type { LimitsConfig, LoadedConfig, ProviderKind } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { systemClock } from '../../model/time.ts';
import { PROVIDER_KINDS } from '../../providers/kinds.ts';
import type { ProviderDirectory } from '../../providers/registry.ts';
import { connectProviders } from '../../server/connect.ts';
import { createLogger } from '../logger.ts';

/** What costs are counted for. */
export interface Basis {
  /** How many calls a list needs follows from how many providers there are, and from what each can answer at once. */
  readonly providers: ProviderDirectory;
  readonly limits: LimitsConfig;
  close(): Promise<void>;
}

/** The providers and limits of a configuration; without providers of its own, one provider of each kind. Calls nobody. */
export async function basisOf(config: LoadedConfig | null): Promise<Basis> {
  const { providers: configured } = config?.sandbox === null ? config : oneOfEach(PROVIDER_KINDS);
  const { limits } = config ?? oneOfEach([]);
  const log = await createLogger({ level: 'silent' });
  const providers = connectProviders(configured, { clock: systemClock, log });
  return { providers, limits, close: () => providers.close() };
}

/** Where nobody listens: nothing is asked there. */
const NOWHERE = 'http://127.0.0.1:1';

function oneOfEach(kinds: readonly ProviderKind[]): LoadedConfig {
  const providers = kinds.map(({ kind }) => ({ key: kind, kind, url: NOWHERE }));
  const text = JSON.stringify(providers.length === 0 ? { sandbox: {} } : { providers });
  return loadConfig({ text, env: {}, kinds });
}
