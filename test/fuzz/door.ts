import { Pool } from 'undici';
import type { RunningGridweave } from '../../src/server/start.ts';
import type { Relay } from './relay.ts';
import type { Tampering } from './tampering.ts';

export const DOORS = ['open', 'guarded'] as const;
/** `open`: a gateway without `auth`. `guarded`: one that asks who you are. */
export type DoorName = (typeof DOORS)[number];

export interface DoorOptions {
  readonly name: DoorName;
  readonly running: RunningGridweave;
  readonly relays: readonly Relay[];
  /** What placeholders in inputs stand for, such as `%KEY%`: a kept input must not hold a secret of its process. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** One of the two gateways, with its providers. */
export class Door {
  readonly name: DoorName;
  readonly port: number;
  readonly url: string;
  readonly pool: Pool;
  readonly running: RunningGridweave;
  readonly #relays: readonly Relay[];
  readonly #secrets: readonly (readonly [string, string])[];

  constructor({ name, running, relays, secrets }: DoorOptions) {
    this.name = name;
    this.running = running;
    this.url = running.url;
    this.port = Number(new URL(running.url).port);
    this.pool = new Pool(running.url, { connections: 16, headersTimeout: 20_000, bodyTimeout: 20_000 });
    this.#relays = relays;
    this.#secrets = Object.entries(secrets);
  }

  /** Puts secrets in the place of placeholders. */
  fill(text: string): string {
    if (!text.includes('%')) return text;
    let filled = text;
    for (const [placeholder, secret] of this.#secrets) filled = filled.replaceAll(placeholder, secret);
    return filled;
  }

  /** What lets a request in: by turns an API key and a token; nothing where nobody asks. */
  entry(turn = 0): Record<string, string> {
    if (this.name === 'open') return {};
    return turn % 2 === 0
      ? { 'x-api-key': this.fill('%KEY%') }
      : { authorization: this.fill('Bearer %JWT%') };
  }

  /** What providers do from now on. */
  follow(plan: readonly Tampering[]): void {
    for (const relay of this.#relays) relay.follow(plan);
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.running.close(0);
    await Promise.all(this.#relays.map((relay) => relay.close()));
  }
}
