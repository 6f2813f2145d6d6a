import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { changes } from '../../../test/live-log/events.ts';
import { LAB } from '../../../test/support/live-records.ts';
import { epochMs } from '../../model/time.ts';
import type { Position } from '../event-log.ts';
import { RingLog } from '../log/ring.ts';
import type { Retention } from '../log/retention.ts';
import { PartitionWriter } from '../partition-writer.ts';
import { KnownKeeper } from './keeper.ts';
import type { Known, KnownStore } from './known-store.ts';
import type { Picture } from './picture.ts';

const NOTHING: Picture = { objects: [], traces: [], newest: null, historyBefore: null };

/** A store that waits for a word before it lets a picture take its place. */
class HeldStore implements KnownStore {
  kept: Known | null = null;
  saves = 0;
  forgotten = 0;
  held = false;
  failure: Error | null = null;

  load = () => Promise.resolve(this.kept);
  close = () => Promise.resolve();

  async save(_partition: string, known: Known, isWanted: () => boolean): Promise<boolean> {
    this.saves += 1;
    if (this.failure !== null) throw this.failure;
    do await nextTurn();
    while (this.held);
    if (!isWanted()) return false;
    this.kept = known;
    return true;
  }

  forget = () => {
    this.forgotten += 1;
    this.kept = null;
    return Promise.resolve();
  };
}

async function rig(retention: Partial<Retention> = { events: 300 }, partitions = 1) {
  const store = new HeldStore();
  const log = new RingLog({ retention });
  await log.open(LAB);
  const faults: unknown[] = [];
  const clock = { ms: 1_000, now: () => epochMs(clock.ms) };
  const writer = new PartitionWriter(log, LAB, (fault) => faults.push(fault));
  const facts = { newest: 0 };
  const keeper = new KnownKeeper({
    partition: LAB,
    store,
    log,
    clock,
    picture: () => ({ ...NOTHING, newest: facts.newest }),
    position: () => writer.position(),
    partitions: () => partitions,
    onFault: (fault) => faults.push(fault),
  });
  const rest = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await nextTurn();
  };
  const happen = async (count: number): Promise<void> => {
    await writer.append(changes(LAB, count));
    keeper.noticed();
    await rest();
  };
  return { store, log, writer, keeper, faults, facts, clock, rest, happen };
}

describe('a picture of what is known', () => {
  it('is made at once, and again when the log has advanced by a third of its window', async () => {
    const { store, keeper, rest, happen } = await rig();
    keeper.noticed();
    await rest();
    expect(store.kept?.position.seq).toBe(0);
    for (let i = 0; i < 99; i++) await happen(1);
    expect(store.kept?.position.seq).toBe(0);
    await happen(1);
    expect([store.kept?.position.seq, store.saves]).toEqual([100, 2]);
  });

  it.each([
    [1, { events: 300 }],
    [4, { events: 300 }],
    [4, { events: 100_000, bytes: 200_000 }],
  ])(
    'is there before its place leaves the window, with %i partitions in %j',
    async (partitions, retention) => {
      const { store, log, keeper, rest, happen } = await rig(retention, partitions);
      const others = Array.from({ length: partitions - 1 }, (_, i) => `other-${String(i)}` as typeof LAB);
      for (const other of others) await log.open(other);
      keeper.noticed();
      await rest();
      for (let i = 0; i < 600; i++) {
        await happen(1);
        for (const other of others) await log.append(other, changes(other, 1));
        const { position } = store.kept!;
        expect((await log.read(LAB, position, 1)).outcome).toBe('ENTRIES');
      }
      expect(log.window(LAB)!.firstSeq).toBeGreaterThan(1);
      // A few for each window that went by, and not one for each event.
      expect(store.saves).toBeLessThan(60);
    },
  );

  it('belongs to the place in the log where all that it shows is told', async () => {
    const { store, writer, log, keeper, rest } = await rig();
    let release = (): void => {};
    const append = log.append.bind(log);
    log.append = async (...args) => {
      await new Promise<void>((resolve) => (release = resolve));
      return append(...args);
    };
    // Known, and on its way into the log.
    void writer.append(changes(LAB, 2));
    keeper.noticed();
    await rest();
    expect([store.saves, store.kept]).toEqual([0, null]);
    release();
    await rest();
    expect(store.kept?.position.seq).toBe(2);
  });

  it('is void in a new epoch: the next one is made soon, and not with every epoch', async () => {
    const { store, log, keeper, rest, clock } = await rig();
    keeper.noticed();
    await rest();
    const { epoch } = await log.breakEpoch(LAB);
    keeper.noticed();
    await rest();
    expect(store.saves).toBe(1);
    clock.ms += 5_000;
    keeper.noticed();
    await rest();
    expect(store.kept?.position).toEqual({ epoch, seq: 0 } satisfies Position);
  });

  it('is given up before something is learned that is not told', async () => {
    const { store, keeper, rest } = await rig();
    keeper.noticed();
    await rest();
    await keeper.learn(() => {
      expect(store.kept).toBeNull();
    });
    expect(store.forgotten).toBe(1);
    // There is none any more that would have to be given up.
    await keeper.learn(() => {});
    expect(store.forgotten).toBe(1);
  });

  it('that cannot be given up keeps something from being learned, until a new epoch has made it void', async () => {
    const { store, log, keeper, rest } = await rig();
    keeper.noticed();
    await rest();
    store.forget = () => Promise.reject(new Error('EACCES'));
    let learned = 0;
    await expect(keeper.learn(() => (learned += 1))).rejects.toThrow('EACCES');
    expect(learned).toBe(0);
    await log.breakEpoch(LAB);
    await keeper.learn(() => (learned += 1));
    expect(learned).toBe(1);
  });

  it('does not take its place when something was learned while it was being written', async () => {
    const { store, keeper, rest, facts, clock } = await rig();
    store.held = true;
    keeper.noticed();
    await rest();
    const learned = keeper.learn(() => {
      facts.newest = 5;
    });
    // Nothing is begun in between, either.
    keeper.noticed();
    store.held = false;
    await learned;
    await rest();
    expect([store.kept, store.saves]).toEqual([null, 1]);
    clock.ms += 5_000;
    keeper.noticed();
    await rest();
    expect(store.kept).toMatchObject({ picture: { newest: 5 } });
  });

  it('is made when it ends in order, unless the one there is of that moment, or none is wanted', async () => {
    const { store, keeper, rest, happen } = await rig();
    keeper.noticed();
    await rest();
    await happen(3);
    await keeper.close(true);
    expect([store.kept?.position.seq, store.saves]).toEqual([3, 2]);
    keeper.noticed();
    await keeper.close(true);
    expect(store.saves).toBe(2);
    const other = await rig();
    await other.keeper.close(false);
    expect(other.store.saves).toBe(0);
  });

  it('that cannot be written is told of, and tried again after a while', async () => {
    const { store, keeper, rest, clock, faults } = await rig();
    store.failure = new Error('ENOSPC');
    for (let i = 0; i < 10; i++) {
      keeper.noticed();
      await rest();
    }
    expect([store.saves, faults]).toEqual([1, [store.failure]]);
    store.failure = null;
    clock.ms += 60_000;
    keeper.noticed();
    await rest();
    expect(store.kept).not.toBeNull();
  });
});

describe('what does not get into the log', () => {
  it('ends the epoch, later if not at once, and nothing is written before', async () => {
    const { log, writer, faults } = await rig();
    const { epoch } = log.window(LAB)!;
    const { append, breakEpoch } = { append: log.append.bind(log), breakEpoch: log.breakEpoch.bind(log) };
    log.append = () => Promise.reject(new Error('EIO'));
    log.breakEpoch = () => Promise.reject(new Error('EIO'));
    await writer.append(changes(LAB, 1));
    expect(faults).toHaveLength(2);
    log.append = append;
    // The new epoch still cannot begin: what comes now is not written after a hole.
    await writer.append(changes(LAB, 1));
    expect([log.window(LAB), await writer.position()]).toMatchObject([{ epoch, lastSeq: 0 }, null]);
    log.breakEpoch = breakEpoch;
    await writer.append(changes(LAB, 1));
    const window = log.window(LAB)!;
    expect(window.lastSeq).toBe(1);
    expect(window.epoch).not.toBe(epoch);
  });
});
