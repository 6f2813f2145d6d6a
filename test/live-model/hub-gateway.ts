import { vi } from 'vitest';
import { GridweaveError } from '../../src/model/errors.ts';
import { epochMs } from '../../src/model/time.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { activeFilters, filterFor, passes } from '../../src/merge/filter.ts';
import { ProviderRegistry } from '../../src/providers/registry.ts';
import type { ChangeBatch } from '../../src/providers/provider.ts';
import type { WatchedRecord } from '../../src/live/event.ts';
import { LiveHub } from '../../src/live/hub.ts';
import type { KnownStore } from '../../src/live/known/known-store.ts';
import type { Interest, LiveState } from '../../src/live/live.ts';
import { batchOf } from '../support/live-records.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';
import type { Annals } from './annals.ts';
import type { ModelGateway, ModelPlace } from './gateway.ts';
import type { LogSource, OpenedLog } from './log-source.ts';
import { MortalLog } from './mortal-log.ts';
import type { Random } from './random.ts';
import { settled } from './rig.ts';
import type { World } from './world.ts';

const SWEEP_EVERY_MS = 8_000;
const LONGEST_WAIT_MS = 4_000;
const QUIET_STEPS = 40;

/** The trouble that a provider is in. */
interface Trouble {
  isDown: boolean;
  /** LOST: the next delta leaves something out. CUT: and the sweep after it does not hold everything. */
  thread: 'WHOLE' | 'LOST' | 'CUT';
}

/**
 * The real pollers over providers whose answers the world dictates: they sample it, late and with outages. The process ends in
 * order or by a crash, with its log or without. Needs time that is moved by hand (fake timers).
 */
export class HubGateway implements ModelGateway {
  live: LiveState;
  readonly #random: Random;
  readonly #world: World;
  readonly #annals: Annals;
  readonly #keys: readonly ProviderKey[];
  /** Those that are configured. */
  #providers: readonly ScriptedProvider[];
  readonly #trouble = new Map<ProviderKey, Trouble>();
  readonly #logs: LogSource;
  #log: MortalLog;
  #hub: LiveHub;
  #watching = 0;

  private constructor(random: Random, place: ModelPlace, logs: LogSource, opened: OpenedLog) {
    this.#random = random;
    this.#world = place.world;
    this.#annals = place.annals;
    this.#logs = logs;
    this.#keys = place.providers;
    this.#providers = this.#keys.map((key) => this.#provider(key));
    this.#log = new MortalLog(opened.log, random);
    this.#hub = this.#createHub(opened.known);
    this.live = this.#counted(this.#hub);
  }

  static async start(random: Random, place: ModelPlace, logs: LogSource): Promise<HubGateway> {
    const gateway = new HubGateway(random, place, logs, await logs.open(false));
    await place.annals.begin(gateway.#log, place.providers);
    gateway.#log.listening = 0;
    return gateway;
  }

  happen(key: ProviderKey, count: number): void {
    for (let i = 0; i < count; i++) this.#world.happen(key);
  }

  loseThread(key: ProviderKey, count: number): void {
    this.happen(key, count);
    this.#trouble.get(key)!.thread = this.#random.pick(['LOST', 'CUT']);
  }

  async restart(keepsLog: boolean): Promise<void> {
    if (keepsLog && this.#random.chance(0.5)) {
      this.#log.crash();
      this.#logs.crash();
    }
    await this.#stop();
    for (const key of this.#keys) this.happen(key, this.#random.int(0, 4));
    const { log, known } = await this.#logs.open(keepsLog);
    this.#log = new MortalLog(log, this.#random);
    this.#hub = this.#createHub(known);
    this.live = this.#counted(this.#hub);
    await this.#annals.begin(
      this.#log,
      this.#providers.map(({ key }) => key),
    );
    // That of the annals.
    this.#log.listening = 0;
  }

  /** Each provider stays, goes, comes back or is another one, in another order. */
  reload(): void {
    const random = this.#random;
    const before = new Map(this.#providers.map((provider) => [provider.key, provider]));
    const keys = random.chance(0.2) ? this.#keys.toReversed() : this.#keys;
    this.#providers = keys.flatMap((key) => {
      const known = before.get(key);
      if (known !== undefined && random.chance(0.5)) return known;
      return random.chance(known === undefined ? 0.7 : 0.5) ? this.#provider(key) : [];
    });
    void this.#hub.replaceProviders(this.#providers);
  }

  async pass(): Promise<void> {
    for (const trouble of this.#trouble.values())
      if (this.#random.chance(0.1)) trouble.isDown = !trouble.isDown;
    await vi.advanceTimersByTimeAsync(this.#random.int(1, LONGEST_WAIT_MS));
    await settled();
  }

  async quiet(): Promise<void> {
    for (const trouble of this.#trouble.values()) Object.assign(trouble, { isDown: false, thread: 'WHOLE' });
    for (let i = 0; i < QUIET_STEPS; i++) {
      await this.#log.idle();
      await vi.advanceTimersByTimeAsync((SWEEP_EVERY_MS * 4) / QUIET_STEPS);
    }
    await this.#log.idle();
    await settled();
  }

  /** As it is at the providers, and not as the gateway believes it to be. */
  truth(interest: Interest): readonly WatchedRecord[] {
    return this.#providers.flatMap(({ key }) => {
      const filter = filterFor({ key }, interest.filter);
      if (filter === null) return [];
      const own = this.#world.recordsOf(key).filter((record) => record.kind === interest.kind);
      return own.filter((record) => passes(record, filter, activeFilters(filter)));
    });
  }

  held(): readonly number[] {
    return [this.#watching, this.#log.listening];
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#logs.close();
  }

  async #stop(): Promise<void> {
    const closed = this.#hub.close();
    await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS);
    await closed;
  }

  #provider(key: ProviderKey): ScriptedProvider {
    const trouble: Trouble = { isDown: false, thread: 'WHOLE' };
    this.#trouble.set(key, trouble);
    const provider = new ScriptedProvider(key);
    provider.answer = (since) => {
      if (trouble.isDown) throw new GridweaveError('PROVIDER_UNAVAILABLE', 'It is down.', { provider: key });
      return this.#answer(key, since === null, trouble);
    };
    return provider;
  }

  #answer(key: ProviderKey, isSweep: boolean, trouble: Trouble): ChangeBatch {
    const observedAt = epochMs(Date.now());
    const rows = this.#world.recordsOf(key).map((record) => ({ ...record, observedAt }));
    if (trouble.thread === 'WHOLE') return batchOf(rows, { complete: isSweep });
    // What is left out now is left out for good, until a sweep holds everything.
    const some = rows.filter(() => this.#random.chance(0.5));
    if (!isSweep) return batchOf(some, { lost: true });
    const isCut = trouble.thread === 'CUT';
    trouble.thread = 'WHOLE';
    return isCut ? batchOf(some) : batchOf(rows, { complete: true });
  }

  #createHub(known: KnownStore): LiveHub {
    return new LiveHub({
      providers: new ProviderRegistry(this.#providers),
      log: this.#log,
      known: this.#log.beside(known),
      onFault: (fault) => {
        throw new Error('The hub reports a fault.', { cause: fault });
      },
      options: {
        hotMs: 500,
        warmMs: 1_500,
        fullSweepMs: SWEEP_EVERY_MS,
        sweepRetryMs: 2_000,
        maxBackoffMs: 3_000,
        lingerMs: 3_000,
        patienceMs: 2_500,
        horizonMs: 1e12,
      },
      random: () => this.#random.next(),
    });
  }

  #counted(hub: LiveHub): LiveState {
    return {
      log: hub.log,
      providersOf: (interest) => hub.providersOf(interest),
      snapshot: (interest) => hub.snapshot(interest),
      sources: (interest) => hub.sources(interest),
      tell: (key, told) => hub.tell(key, told),
      onProviders: (listener) => hub.onProviders(listener),
      watch: (interest) => {
        const hold = hub.watch(interest);
        this.#watching++;
        let held = true;
        return {
          ready: hold.ready,
          release: () => {
            if (held) this.#watching--;
            held = false;
            hold.release();
          },
        };
      },
    };
  }
}
