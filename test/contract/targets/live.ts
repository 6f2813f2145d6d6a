import type { ProviderKey } from '../../../src/model/ids.ts';
import { systemClock } from '../../../src/model/time.ts';
import type { ProviderKindDefinition } from '../../../src/providers/kind.ts';
import type { Credential } from '../../../src/upstream/types.ts';
import type { ProviderFacts } from '../facts.ts';
import { connect, type Rig } from '../rig.ts';
import type { ClosableTarget } from '../run.ts';
import { capabilitiesOf } from './capabilities.ts';

/** How long one call to a real service may take, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** A target over a real service, which is only read. */
export function liveTarget<Settings>(live: {
  readonly name: string;
  readonly kind: ProviderKindDefinition<Settings>;
  readonly facts: ProviderFacts;
  readonly url: string;
  readonly credential: Credential | null;
}): ClosableTarget {
  const { kind, credential } = live;
  const opened: (() => Promise<void>)[] = [];
  const start = (): Promise<Rig> => {
    const endpoint = {
      provider: `live-${kind.kind}` as ProviderKey,
      baseUrl: new URL(live.url),
      clock: systemClock,
      credential,
      sim: null,
      opened: (close: () => Promise<void>) => opened.push(close),
    };
    return Promise.resolve(connect(kind, endpoint, { timeoutMs: TIMEOUT_MS }));
  };
  let still: Promise<Rig> | null = null;
  return {
    name: live.name,
    capabilities: capabilitiesOf(kind),
    facts: live.facts,
    start,
    still: () => (still ??= start()),
    // Connections are kept for all cases: a real service is not to be dialled anew for each.
    closeStarted: () => Promise.resolve(),
    closeShared: async () => {
      for (const close of opened.splice(0)) await close();
    },
  };
}
