import type { ProviderKey } from '../../../src/model/ids.ts';
import { systemClock } from '../../../src/model/time.ts';
import type { ProviderKindDefinition } from '../../../src/providers/kind.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { connect } from '../rig.ts';

/** What an adapter claims before it has called anybody: which cases are about it is decided from this. */
export function capabilitiesOf<Settings>(kind: ProviderKindDefinition<Settings>): Capabilities {
  const endpoint = {
    provider: 'claims' as ProviderKey,
    baseUrl: new URL('http://127.0.0.1'),
    clock: systemClock,
    credential: null,
    sim: null,
    // It never calls, so that it has nothing to close.
    opened: () => {},
  };
  return connect(kind, endpoint).adapter.capabilities;
}
