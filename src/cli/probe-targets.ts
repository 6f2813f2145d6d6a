import type { Provider } from '../providers/registry.ts';
import type { ProviderAdapter } from '../providers/provider.ts';
import { noCredential } from '../upstream/credential.ts';
import type { Credential } from '../upstream/types.ts';
import type { CheckTarget } from './check.ts';

type Probed = CheckTarget['adapter'];

const BROUGHT =
  'Callers bring a credential of their own: that it asks for one is all that can be found out without.';

/** What there is to probe of a provider: once with each credential that the configuration holds. */
export function probeTargets(provider: Provider): readonly CheckTarget[] {
  const { key, kind, adapter, access } = provider;
  const tenants = [...(access.tenants ?? [])].map(([tenant, credential]) => ({
    key: `${key}, tenant ${tenant}`,
    kind,
    adapter: calledWith(provider, credential),
  }));
  if (access.shared) return [{ key, kind, adapter }, ...tenants];
  return tenants.length > 0 ? tenants : [{ key, kind, adapter: askingForOne(provider) }];
}

function calledWith({ adapter }: Provider, credential: Credential): Probed {
  return probed(adapter, (ctx) => adapter.probe({ ...ctx, credentials: { get: () => credential } }));
}

/** A refusal is what is expected. */
function askingForOne(provider: Provider): Probed {
  const plain = calledWith(provider, noCredential);
  return probed(provider.adapter, async (ctx) => {
    const result = await plain.probe(ctx);
    if (result.problem?.code !== 'UNAUTHENTICATED') return { ...result, notes: [...result.notes, BROUGHT] };
    return { ...result, reachable: true, problem: null, permissions: [], notes: [...result.notes, BROUGHT] };
  });
}

/** Capabilities are read when they are asked for: they may narrow once the version is known. */
function probed(adapter: ProviderAdapter, probe: Probed['probe']): Probed {
  return {
    probe,
    get capabilities() {
      return adapter.capabilities;
    },
  };
}
