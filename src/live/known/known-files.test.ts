import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newDirectory } from '../../../test/live-log/directory.ts';
import { batchOf, job, keyOf, LAB, node } from '../../../test/support/live-records.ts';
import { epochMs } from '../../model/time.ts';
import type { PartitionKey } from '../event-log.ts';
import { DEFAULT_LIVE_OPTIONS } from '../options.ts';
import { Tracker } from '../tracker.ts';
import { openKnownFiles } from './known-files.ts';
import type { Known, KnownStore } from './known-store.ts';

const POSITION = { epoch: 'e1', seq: 7 };
const always = (): boolean => true;

interface Rig {
  readonly directory: string;
  readonly store: KnownStore;
  readonly reports: string[];
}

async function open(isHeld = always): Promise<Rig> {
  const directory = join(await newDirectory(), 'known');
  const reports: string[] = [];
  const store = await openKnownFiles({ directory, isHeld, report: (problem) => reports.push(problem) });
  return { directory, store, reports };
}

/** A tracker that was told, told of a deletion, and has forgotten an end. */
function lived(): Tracker {
  const tracker = new Tracker(LAB, DEFAULT_LIVE_OPTIONS);
  const look = (ms: number) => ({ startedAt: epochMs(ms), now: epochMs(ms) });
  const rows = [job('a', 'RUNNING', { generation: 2 }), job('b', 'FAILED'), job('c', 'QUEUED'), node('n', 'READY', 1_000)]; // prettier-ignore
  tracker.take(batchOf(rows, { complete: true }), { ...look(1_000), silent: true });
  const told = {
    type: 'RECORD',
    record: job('d', 'SUBMITTING', { at: 2_000 }),
    sourceMode: 'COMMAND',
  } as const;
  tracker.tell(told, epochMs(2_000));
  tracker.tell({ type: 'GONE', kind: 'job', key: keyOf('c'), sourceMode: 'COMMAND' }, epochMs(2_000));
  return tracker;
}

function knownOf(tracker: Tracker): Known {
  return { position: POSITION, picture: tracker.picture() };
}

describe('the files of what is known', () => {
  it('hold it all, for this user only', async () => {
    const { directory, store } = await open();
    const known = knownOf(lived());
    expect(await store.save(LAB, known, always)).toBe(true);
    expect(await store.load(LAB)).toEqual(known);
    expect(await readdir(directory)).toEqual(['lab.jsonl']);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'lab.jsonl'))).mode & 0o777).toBe(0o600);
    await store.close();
    expect(await store.load(LAB)).toEqual(known);

    const { picture } = (await store.load(LAB))!;
    const second = new Tracker(LAB, DEFAULT_LIVE_OPTIONS);
    second.restore(picture.objects, picture);
    expect(second.picture()).toEqual(picture);
    // What is still as it was is no news, and what is missing is gone.
    const rows = [job('a', 'RUNNING', { at: 60_000, generation: 2 }), node('n', 'READY', 60_000)];
    const look = { startedAt: epochMs(60_000), now: epochMs(60_000), silent: false };
    const words = second
      .take(batchOf(rows, { complete: true }), look)
      .map(({ type, key }) => `${type} ${key}`);
    expect(words.toSorted()).toEqual(['TOMBSTONE b', 'TOMBSTONE d']);
  });

  it('are not there before the first picture, and not after it was forgotten', async () => {
    const { store, reports } = await open();
    expect(await store.load(LAB)).toBeNull();
    await store.save(LAB, knownOf(lived()), always);
    await store.forget(LAB);
    await store.forget(LAB);
    expect([await store.load(LAB), reports]).toEqual([null, []]);
    await store.close();
  });

  it('are believed only whole: wherever they are cut off or changed, they are not', async () => {
    const { directory, store, reports } = await open();
    await store.save(LAB, knownOf(lived()), always);
    const path = join(directory, 'lab.jsonl');
    const whole = await readFile(path);
    let refused = 0;
    for (let at = 0; at < whole.length; at += 13) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1;
      for (const bytes of [whole.subarray(0, at), flipped]) {
        await writeFile(path, bytes);
        expect(await store.load(LAB)).toBeNull();
        refused += 1;
      }
    }
    expect(reports).toHaveLength(refused);
    await writeFile(path, whole);
    expect(await store.load(LAB)).not.toBeNull();
    await writeFile(join(directory, 'cloud.jsonl'), whole);
    expect(await store.load('cloud' as PartitionKey)).toBeNull();
  });

  it('stay as they were when a picture is not wanted any more, or the directory is lost', async () => {
    let held = true;
    const { directory, store } = await open(() => held);
    const first = knownOf(lived());
    await store.save(LAB, first, always);
    let asked = 0;
    const empty = {
      position: { epoch: 'e1', seq: 9 },
      picture: new Tracker(LAB, DEFAULT_LIVE_OPTIONS).picture(),
    };
    expect(await store.save(LAB, empty, () => ++asked < 3)).toBe(false);
    held = false;
    expect(await store.save(LAB, empty, always)).toBe(false);
    await store.forget(LAB);
    expect(await store.load(LAB)).toEqual(first);
    expect(await readdir(directory)).toEqual(['lab.jsonl']);
  });

  it('of 20,000 objects are written and read without holding up anybody', async () => {
    const tracker = new Tracker(LAB, DEFAULT_LIVE_OPTIONS);
    const rows = Array.from({ length: 20_000 }, (_, i) => job(`job-${String(i)}`, 'RUNNING', { name: `simulation ${String(i)}` })); // prettier-ignore
    const look = { startedAt: epochMs(1_000), now: epochMs(1_000), silent: true };
    tracker.take(batchOf(rows, { complete: true }), look);
    const { store } = await open();
    const longest = await longestTurnMs(async () => {
      await store.save(LAB, knownOf(tracker), always);
      expect((await store.load(LAB))?.picture.objects).toHaveLength(20_000);
    });
    // About 12 ms, and some hundreds if it were done in one go. A machine that is busy must not fail the test.
    expect(longest).toBeLessThan(100);
  });
});

/** The most processor time that one turn of the event loop took meanwhile. */
async function longestTurnMs(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let before = process.cpuUsage();
  let ticking = true;
  const tick = (): void => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.cpuUsage();
    if (ticking) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  ticking = false;
  return longest;
}
