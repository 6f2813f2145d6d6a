import type { IntentStore } from '../../src/act/intent.ts';
import type { SubmitResult } from '../../src/act/outcome.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import { Gateway, type GatewaySetup } from './gateway.ts';
import { Lifeline, type Death } from './lifeline.ts';
import type { Keeper } from './stores.ts';
import { PROVIDER } from './subjects.ts';

export interface HostOptions extends Omit<GatewaySetup, 'store' | 'life' | 'timeoutMs'> {
  /** Of one call, for the next process, in milliseconds of the machine. */
  readonly timeoutMs: () => number;
  readonly keeper: Keeper;
  /** When the nth process ends; null for never. */
  readonly deathOf: (nth: number) => Death | null;
  /** Told of the stamps of creates that may have been on their way when a process ended. */
  readonly onCutOff: (stamps: readonly string[]) => void;
}

/** How long an onlooker waits for an answer. */
const PATIENCE_MS = 20_000;

/** Keeps a gateway running: when one has ended, the next takes its place over whatever its store kept. */
export class Host {
  readonly #options: HostOptions;
  #current: Promise<Gateway>;
  #started = 0;
  #closing = false;
  #store: IntentStore | null = null;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#current = this.#next(null);
  }

  /** Processes that were started. */
  get started(): number {
    return this.#started;
  }

  /** Where intents are kept now, past the process that uses it. */
  get store(): IntentStore {
    if (this.#store === null) throw new Error('no gateway was started');
    return this.#store;
  }

  current(): Promise<Gateway> {
    return this.#current;
  }

  /** Submits by whatever process runs; null when it ended before it answered. */
  async submit(spec: JobSpec, key: string): Promise<SubmitResult | null> {
    const gateway = await this.#current;
    return Promise.race([gateway.submit(spec, key), gateway.life.died.then(() => null)]);
  }

  /** Ends the process now, in whatever it does, and starts the next. */
  async restart(): Promise<void> {
    const before = await this.#current;
    before.life.die();
    while ((await this.#current) === before) await Promise.resolve();
  }

  /** A gateway beside the others, for who only looks: it waits long, and nothing befalls its calls. */
  async onlooker(): Promise<Gateway> {
    const { running } = this.#options;
    const setup = { ...this.#options, timeoutMs: PATIENCE_MS };
    const url = running.emulator.url;
    const life = new Lifeline();
    const gateway = new Gateway({ ...setup, url, store: this.store, life });
    await gateway.act.start();
    return gateway;
  }

  async close(): Promise<void> {
    this.#closing = true;
    let gateway = await this.#current;
    // One that ended a moment ago has a successor by now.
    while (gateway !== (gateway = await this.#current));
    if (gateway.life.isAlive) await gateway.close();
    await this.#options.keeper.close();
  }

  async #next(before: Gateway | null): Promise<Gateway> {
    const { keeper, deathOf, onCutOff, timeoutMs } = this.#options;
    await before?.abandon();
    const store = await keeper.open();
    this.#store = store;
    const cutOff = await store.list(PROVIDER, ['SENDING'], Number.MAX_SAFE_INTEGER);
    onCutOff(cutOff.map(({ target }) => target.stamp.id));
    const life = new Lifeline(deathOf(this.#started));
    this.#started += 1;
    const gateway = new Gateway({ ...this.#options, timeoutMs: timeoutMs(), store, life });
    const mourn = async (): Promise<void> => {
      await life.died;
      if (!this.#closing) this.#current = this.#next(gateway);
    };
    void mourn();
    // It may end while it starts; then the next is started by now.
    await Promise.race([gateway.act.start(), life.died]);
    return gateway;
  }
}
