import type { ProviderKey } from '../../src/model/ids.ts';
import { createFeeds } from '../../src/live/feed/feeds.ts';
import type { FeedOpener, QueueLimits } from '../../src/live/feed.ts';
import type { Interest } from '../../src/live/live.ts';
import type { GapReason } from '../../src/live/message.ts';
import type { Annals } from './annals.ts';
import type { ModelGateway, ModelPlace } from './gateway.ts';
import { ModelReader, Violation } from './model-reader.ts';
import type { Random } from './random.ts';
import { at } from './records.ts';
import { HandTimer, settled } from './rig.ts';

const STEPS = 400;
const BOOKMARK_EVERY_MS = 900;
/** The chunk in which the past is read. */
const PAST_AHEAD = 256;

/** What one run did, so that a run that did nothing is noticed. */
export interface RunReport {
  readonly events: number;
  readonly messages: number;
  readonly gaps: Readonly<Record<GapReason, number>>;
  readonly coalesced: number;
}

function someInterest(random: Random, providers: readonly ProviderKey[]): Interest {
  if (random.chance(0.15)) return { kind: 'computeNode', filter: {} };
  const filters = [
    {},
    { states: ['RUNNING'] },
    { states: ['SUCCEEDED', 'FAILED', 'CANCELLED'] },
    { namePrefix: 'red' },
    { labels: [{ key: 'team', values: ['x'] }] },
    { providers: providers.slice(0, 1) },
    { providers: providers.slice(0, 1), states: ['QUEUED', 'RUNNING'] },
  ] satisfies Interest['filter'][];
  return { kind: 'job', filter: random.pick(filters) };
}

/** One random schedule over one gateway: readers that come, read, stall, cut and resume while things happen. */
export class Schedule {
  readonly #random: Random;
  readonly #gateway: ModelGateway;
  readonly #providers: readonly ProviderKey[];
  readonly #annals: Annals;
  readonly #limits: QueueLimits;
  readonly #readers: ModelReader[];
  #timer = new HandTimer();
  #feeds: FeedOpener;
  #opening: Promise<void>[] = [];
  #coalesced = 0;

  constructor(random: Random, gateway: ModelGateway, { annals, providers }: ModelPlace) {
    this.#random = random;
    this.#gateway = gateway;
    this.#providers = providers;
    this.#annals = annals;
    this.#limits = { maxMessages: random.pick([4, 12, 40, 200]), maxBytes: random.pick([15_000, 1e6, 1e6]) };
    this.#feeds = this.#createFeeds();
    this.#readers = Array.from({ length: random.int(3, 7) }, (_, i) => {
      const onGap = random.chance(0.2) ? 'FAIL' : 'RESNAPSHOT';
      return new ModelReader(`reader ${String(i)}`, someInterest(random, providers), onGap, annals);
    });
  }

  /** Throws a Violation when anything is not as promised. */
  async run(): Promise<RunReport> {
    for (let step = 0; step < STEPS; step++) {
      await this.#step();
      for (const reader of this.#readers) this.#checkBounds(reader);
    }
    await this.#finish();
    const sum = (of: (reader: ModelReader) => number): number =>
      this.#readers.reduce((total, reader) => total + of(reader), 0);
    return {
      events: this.#annals.events,
      messages: sum((reader) => reader.received),
      gaps: {
        POSITION: sum((reader) => reader.gaps.POSITION),
        EPOCH: sum((reader) => reader.gaps.EPOCH),
        OVERFLOW: sum((reader) => reader.gaps.OVERFLOW),
      },
      coalesced: this.#coalesced,
    };
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const reader = random.pick(this.#readers);
    switch (
      random.weighted({ happen: 30, read: 90, connect: 25, cut: 4, renew: 0.5, tick: 4, settle: 30, lose: 0.6, drain: 0.4, crash: 0.4, reload: this.#gateway.reload === undefined ? 0 : 0.6 }) // prettier-ignore
    ) {
      case 'happen':
        return this.#gateway.happen(random.pick(this.#providers), random.int(1, 7));
      case 'lose':
        return this.#gateway.loseThread(random.pick(this.#providers), random.int(0, 4));
      case 'read':
        reader.take(random.int(1, 12));
        return;
      case 'connect':
        if (reader.feed === null && !reader.isConnecting) this.#connect(reader);
        return;
      case 'cut':
        await this.#opened();
        return this.#cut(reader);
      case 'renew':
        await this.#opened();
        this.#cut(reader);
        return reader.reset();
      case 'tick':
        return this.#timer.advance(random.int(50, BOOKMARK_EVERY_MS));
      case 'drain':
        await this.#opened();
        this.#feeds.drainAll();
        // Some of them take what is left for them, some do not.
        for (const one of this.#readers) if (random.chance(0.6)) while (one.take(5) > 0);
        return this.#restart();
      case 'crash':
        await this.#opened();
        return this.#restart();
      case 'reload':
        return this.#gateway.reload?.();
      case 'settle':
        await this.#gateway.pass();
    }
  }

  #connect(reader: ModelReader): void {
    // Not waited for: what happens next happens while it opens.
    this.#opening.push(reader.connect(this.#feeds, this.#random.chance(0.85) ? 'SNAPSHOT' : 'NOW'));
  }

  async #opened(): Promise<void> {
    const opening = Promise.all(this.#opening);
    this.#opening = [];
    const state = { isOpening: true };
    const noted = opening.finally(() => {
      state.isOpening = false;
    });
    while (state.isOpening) await this.#gateway.pass();
    await noted;
  }

  #cut(reader: ModelReader): void {
    this.#coalesced += reader.feed?.stats.coalesced ?? 0;
    reader.cut();
  }

  async #restart(): Promise<void> {
    for (const reader of this.#readers) this.#cut(reader);
    this.#expectNothingHeld();
    await this.#gateway.restart(this.#random.chance(0.5));
    this.#feeds = this.#createFeeds();
  }

  async #finish(): Promise<void> {
    await this.#opened();
    // Again, as one that was ended by a gap comes back.
    for (let round = 0; round < 3; round++) {
      for (const reader of this.#readers) {
        if (reader.feed === null) this.#connect(reader);
        await this.#opened();
      }
      // With somebody there, what happened is found.
      await this.#gateway.quiet();
      for (const reader of this.#readers) {
        do await settled();
        while (reader.take(this.#random.int(1, 50)) > 0);
      }
    }
    for (const reader of this.#readers) {
      this.#timer.advance(BOOKMARK_EVERY_MS);
      if (reader.feed !== null && reader.take(50) === 0) throw new Violation(`${reader.name}: no bookmark came`); // prettier-ignore
      reader.compare(this.#gateway.truth(reader.interest));
      this.#cut(reader);
      if (reader.take(50) > 0) throw new Violation(`${reader.name}: something came after close`);
    }
    this.#expectNothingHeld();
  }

  #checkBounds(reader: ModelReader): void {
    const waiting = reader.feed?.stats.waiting ?? 0;
    const most = this.#limits.maxMessages + Math.max(PAST_AHEAD, this.#gateway.truth(reader.interest).length);
    if (waiting > most) throw new Violation(`${reader.name}: ${String(waiting)} messages wait`);
  }

  #expectNothingHeld(): void {
    const held = [...this.#gateway.held(), this.#feeds.openFeeds, this.#timer.running];
    if (held.some((count) => count !== 0)) throw new Violation(`something is still held: ${held.join(', ')}`);
  }

  #createFeeds(): FeedOpener {
    this.#timer = new HandTimer();
    return createFeeds({
      live: this.#gateway.live,
      clock: { now: () => at(0) },
      limits: this.#limits,
      bookmarkEveryMs: BOOKMARK_EVERY_MS,
      every: this.#timer.every,
    });
  }
}
