import type { ProviderKey } from '../../../src/model/ids.ts';
import type { ProviderKindDefinition } from '../../../src/providers/kind.ts';
import { createManualClock } from '../../../src/sandbox/clock.ts';
import type { RunningEmulator } from '../../../src/sandbox/emulator.ts';
import type { SiteName, World } from '../../../src/sandbox/world/types.ts';
import { createWorld } from '../../../src/sandbox/world/world.ts';
import type { ProviderFacts, SimFacts } from '../facts.ts';
import { startRelay } from '../relay.ts';
import { connect, type Rig, type StartOptions } from '../rig.ts';
import type { ClosableTarget } from '../run.ts';
import { capabilitiesOf } from './capabilities.ts';

/** Where the simulated history meets the present. */
const NOW = Date.parse('2026-11-22T05:40:00Z');

export interface EmulatedKind<Settings> {
  readonly name: string;
  readonly kind: ProviderKindDefinition<Settings>;
  readonly site: SiteName;
  readonly facts: ProviderFacts;
  readonly simFacts: SimFacts;
  startEmulator(world: World, options: { readonly guarded: boolean }): Promise<RunningEmulator>;
  /** What stands before every path of the API; default nothing. */
  readonly prefix?: string;
  /** The credential it wants unless it is guarded; null for none, 'valid' for the one it always wants. */
  readonly credential: 'valid' | null;
  /** The credentials of an emulator that issues them itself. */
  readonly issue?: (emulator: RunningEmulator) => Promise<Issued>;
  /** The kind as it is connected to a world whose jobs the gateway has to be told of. */
  readonly told?: (world: World) => ProviderKindDefinition<Settings>;
}

export type Issued = Pick<SimFacts, 'valid' | 'other' | 'secret'>;

/** A target over an emulator: every start makes a world of its own, whose clock stands still until it is moved. */
export function emulatedTarget<Settings>(emulated: EmulatedKind<Settings>): ClosableTarget {
  const { kind, site, facts, prefix = '' } = emulated;
  const started: (() => Promise<unknown>)[] = [];
  const shared: (() => Promise<unknown>)[] = [];
  let still: Promise<Rig> | null = null;

  async function open(options: StartOptions, closing: (() => Promise<unknown>)[]): Promise<Rig> {
    const clock = createManualClock(NOW);
    const world = createWorld({
      seed: options.seed ?? 1,
      clock,
      sites: [site],
      jobsPerSite: options.jobs ?? 40,
      arrivalMs: options.arrivalMs ?? Infinity,
      nodeUpMs: options.nodeUpMs ?? Infinity,
    });
    const guarded = options.guarded ?? false;
    const emulator = await emulated.startEmulator(world, { guarded });
    closing.push(() => emulator.close());
    const simFacts = { ...emulated.simFacts, ...(await emulated.issue?.(emulator)) };
    emulator.resetCalls();
    const baseUrl = new URL(emulator.url + prefix);
    const relay = await startRelay(baseUrl);
    closing.push(() => relay.close());
    const endpoint = {
      provider: `test-${kind.kind}` as ProviderKey,
      baseUrl,
      clock,
      credential: guarded || emulated.credential === 'valid' ? simFacts.valid : null,
      opened: (close: () => Promise<void>) => closing.unshift(close),
      sim: {
        emulator,
        world,
        site: world.site(site),
        clock,
        relay,
        facts: simFacts,
        pass: (ms: number) => {
          clock.advance(ms);
          world.sync();
        },
      },
    };
    return connect(emulated.told?.(world) ?? kind, endpoint, options);
  }

  async function close(list: (() => Promise<unknown>)[]): Promise<void> {
    for (const end of list.splice(0)) await end();
  }

  return {
    name: emulated.name,
    capabilities: capabilitiesOf(kind),
    facts,
    start: (options = {}) => open(options, started),
    still: () => (still ??= open({}, shared)),
    closeStarted: () => close(started),
    closeShared: () => close(shared),
  };
}
