import type { ProviderKey } from '../../src/model/ids.ts';
import type { EventLog } from '../../src/live/event-log.ts';
import type { WatchedRecord } from '../../src/live/event.ts';
import type { Interest, LiveState } from '../../src/live/live.ts';
import type { Annals } from './annals.ts';
import type { LogSource } from './log-source.ts';
import { settled } from './rig.ts';
import { ScriptedLive } from './scripted-live.ts';
import type { World } from './world.ts';

/** Where a schedule takes place. */
export interface ModelPlace {
  readonly world: World;
  readonly annals: Annals;
  readonly providers: readonly ProviderKey[];
}

/** The part of a gateway that produces events, as a schedule drives it. */
export interface ModelGateway {
  readonly live: LiveState;
  /** Something happens at a provider, and is noticed: sooner or later, and all of it by `quiet`. */
  happen(key: ProviderKey, count: number): void;
  /** Something happens that nobody can vouch for. */
  loseThread(key: ProviderKey, count: number): void;
  /** The process ends and another begins; `keepsLog`: its log was in a file. */
  restart(keepsLog: boolean): Promise<void>;
  /** Other providers are configured while it runs. Absent where that cannot be. */
  reload?(): void;
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
  readonly #logs: LogSource;
  #working: Promise<void> = Promise.resolve();

  private constructor(place: ModelPlace, logs: LogSource, log: EventLog) {
    this.#world = place.world;
    this.#annals = place.annals;
    this.#providers = place.providers;
    this.#logs = logs;
    this.live = new ScriptedLive(log, place.providers);
  }

  static async start(place: ModelPlace, logs: LogSource): Promise<ScriptedGateway> {
    const { log } = await logs.open(false);
    const gateway = new ScriptedGateway(place, logs, log);
    await place.annals.begin(log, place.providers);
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
    const { log, isNew } = await this.#logs.open(keepsLog);
    this.live = new ScriptedLive(log, this.#providers);
    // Nobody looks while it is away: only a new epoch may pass over what happens meanwhile.
    if (!keepsLog) for (const key of this.#providers) this.#world.happen(key);
    if (isNew) await this.#annals.begin(log, this.#providers);
    for (const key of this.#providers) this.live.adopt(this.#world.recordsOf(key));
  }

  async pass(): Promise<void> {
    await settled();
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
    await this.#working;
    await this.#logs.close();
  }

  #work(work: () => Promise<void>): void {
    this.#working = this.#working.then(work);
  }
}
