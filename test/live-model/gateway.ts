import type { ProviderKey } from '../../src/model/ids.ts';
import type { EventLog } from '../../src/live/event-log.ts';
import type { WatchedRecord } from '../../src/live/event.ts';
import type { Interest, LiveState } from '../../src/live/live.ts';
import { RingLog } from '../../src/live/log/ring.ts';
import type { Annals } from './annals.ts';
import type { Random } from './random.ts';
import { settled } from './rig.ts';
import { ScriptedLive } from './scripted-live.ts';
import type { World } from './world.ts';

/** The part of a gateway that produces events, as a schedule drives it. */
export interface ModelGateway {
  readonly live: LiveState;
  /** Something happens at a provider, and is noticed: sooner or later, and all of it by `quiet`. */
  happen(key: ProviderKey, count: number): void;
  /** Something happens that nobody can vouch for. */
  loseThread(key: ProviderKey, count: number): void;
  /** The process ends and another begins; `keepsLog`: its log was in a file. */
  restart(keepsLog: boolean): Promise<void>;
  /** Lets some time pass. */
  pass(): Promise<void>;
  /** Until everything that happened was noticed. */
  quiet(): Promise<void>;
  truth(interest: Interest): readonly WatchedRecord[];
  /** What is still held, for leaks. */
  held(): readonly number[];
  close(): Promise<void>;
}

/** A gateway whose pollers see everything at once and in order. */
export class ScriptedGateway implements ModelGateway {
  live: ScriptedLive;
  readonly #world: World;
  readonly #annals: Annals;
  readonly #providers: readonly ProviderKey[];
  readonly #events: number;
  #log: EventLog;
  #working: Promise<void> = Promise.resolve();

  private constructor(world: World, annals: Annals, providers: readonly ProviderKey[], events: number) {
    this.#world = world;
    this.#annals = annals;
    this.#providers = providers;
    this.#events = events;
    this.#log = new RingLog({ retention: { events } });
    this.live = new ScriptedLive(this.#log, providers);
  }

  static async start(
    random: Random,
    world: World,
    annals: Annals,
    providers: readonly ProviderKey[],
  ): Promise<ScriptedGateway> {
    const gateway = new ScriptedGateway(world, annals, providers, random.pick([15, 60, 400]));
    await gateway.#begin();
    return gateway;
  }

  happen(key: ProviderKey, count: number): void {
    const events = Array.from({ length: count }, () => this.#world.happen(key));
    this.#work(() => this.live.happen(...events));
  }

  loseThread(key: ProviderKey, count: number): void {
    const events = Array.from({ length: count }, () => this.#world.happen(key));
    this.#work(() => this.live.happenUnseen(key, ...events));
  }

  async restart(keepsLog: boolean): Promise<void> {
    await this.#working;
    if (!keepsLog) this.#log = new RingLog({ retention: { events: this.#events } });
    this.live = new ScriptedLive(this.#log, this.#providers);
    if (!keepsLog) {
      // Nobody looked while it was away.
      for (const key of this.#providers) this.#world.happen(key);
    }
    await this.#begin(keepsLog);
    for (const key of this.#providers) this.live.adopt(this.#world.recordsOf(key));
  }

  async pass(): Promise<void> {
    await Promise.resolve();
  }

  async quiet(): Promise<void> {
    await this.#working;
    await settled();
  }

  truth(interest: Interest): readonly WatchedRecord[] {
    return this.live.truth(interest);
  }

  held(): readonly number[] {
    return [this.live.watching, this.live.listening];
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async #begin(wasFollowed = false): Promise<void> {
    for (const key of this.#providers) this.#annals.noteEpoch((await this.#log.open(key)).epoch);
    if (!wasFollowed) this.#annals.follow(this.#log);
  }

  #work(work: () => Promise<void>): void {
    this.#working = this.#working.then(work);
  }
}
