import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LAB } from '../../../../test/live-log/case.ts';
import { newDirectory, openIn } from '../../../../test/live-log/directory.ts';
import { changes } from '../../../../test/live-log/events.ts';
import { thisHolder, type Holder } from './holder.ts';
import { lockDirectory } from './lock.ts';

const ignore = (): void => undefined;
const DEAD_PID = 2 ** 30;

async function directoryHeldBy(change: Partial<Holder> | string, ageS = 0): Promise<string> {
  const directory = await newDirectory();
  const me = await thisHolder('other');
  const text = typeof change === 'string' ? change : JSON.stringify({ ...me, ...change });
  await writeFile(join(directory, 'lock'), text);
  const at = Date.now() / 1000 - ageS;
  await utimes(join(directory, 'lock'), at, at);
  return directory;
}

async function expectTaken(directory: string): Promise<void> {
  const lock = await lockDirectory(directory, ignore);
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
}

async function expectRefused(directory: string, words: RegExp): Promise<void> {
  const before = await readFile(join(directory, 'lock'), 'utf8');
  await expect(lockDirectory(directory, ignore)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(words) as string,
  });
  expect(await readFile(join(directory, 'lock'), 'utf8')).toBe(before);
}

describe('a directory of the event log', () => {
  it('is given to one process at a time, which is named to the others', async () => {
    const directory = await newDirectory();
    const { log } = await openIn(directory);
    const refused = {
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`process ${String(process.pid)}`) as string,
    };
    await expect(openIn(directory)).rejects.toMatchObject(refused);
    await log.close();
    await (await openIn(directory)).log.close();
  });

  it('is given to one of many who ask at once', async () => {
    for (const directory of [await newDirectory(), await directoryHeldBy({ pid: DEAD_PID })]) {
      const asked = await Promise.allSettled(
        Array.from({ length: 8 }, () => lockDirectory(directory, ignore)),
      );
      const given = asked.filter((one) => one.status === 'fulfilled');
      expect(given).toHaveLength(1);
      for (const { value } of given) await value.release();
    }
  });

  it('is taken over from a process that is gone', async () => {
    await expectTaken(await directoryHeldBy({ pid: DEAD_PID }));
  });

  it('is taken over when another process has got the number of the one that is gone', async () => {
    await expectTaken(await directoryHeldBy({ startTicks: '1' }));
    await expectTaken(await directoryHeldBy({ pid: 1, startTicks: 'never' }));
  });

  it('is taken over after the machine has started anew', async () => {
    await expectTaken(await directoryHeldBy({ boot: 'an earlier run' }));
  });

  it('stays with a process that lives, also one of somebody else', async () => {
    await expectRefused(await directoryHeldBy({}), /in use: process \d+ of this machine has it/);
  });

  it.each([
    ['in another container', { pidNamespace: 'pid:[1]', host: 'c0ffee' }],
    ['on another machine', { boot: 'its own run', host: 'elsewhere' }],
  ])('stays with a process %s for as long as it gives signs of life', async (_, holder) => {
    await expectRefused(
      await directoryHeldBy(holder, 20),
      /on ".*" has it, or had it until 20 s ago.*try again in 30 s/,
    );
    await expectTaken(await directoryHeldBy(holder, 31));
  });

  it('stays for a moment with one whose lock cannot be read yet', async () => {
    for (const text of ['', '{"pid":', '{"pid":1}', '[]']) {
      await expectRefused(await directoryHeldBy(text), /in use: a process has it/);
      await expectTaken(await directoryHeldBy(text, 31));
    }
  });
});

describe('taking over', () => {
  it('is for one process at a time, and goes on after one that ended in the middle of it', async () => {
    const directory = await directoryHeldBy({ pid: DEAD_PID });
    const turn = join(directory, 'lock.taking');
    await writeFile(turn, '');
    await expectRefused(directory, /another process is taking it/);
    await utimes(turn, 1, 1);
    await expectTaken(directory);
  });
});

describe('a holder', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives signs of life', async () => {
    const directory = await newDirectory();
    const lock = await lockDirectory(directory, ignore);
    const path = join(directory, 'lock');
    await utimes(path, 1, 1);
    vi.advanceTimersByTime(5_000);
    await vi.waitFor(async () => {
      expect((await stat(path)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    });
    await lock.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['removed', 'taken'])('stops writing when its lock was %s, and leaves it alone', async (how) => {
    const directory = await newDirectory();
    const { log, reports } = await openIn(directory);
    await log.open(LAB);
    const path = join(directory, 'lock');
    await rm(path);
    if (how === 'taken') await writeFile(path, JSON.stringify(await thisHolder('other')));
    vi.advanceTimersByTime(5_000);
    await vi.waitFor(() => {
      expect(reports).toEqual([expect.stringContaining('taken by another process')]);
    });
    await expect(log.append(LAB, changes(LAB, 1))).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(log.breakEpoch(LAB)).rejects.toMatchObject({ code: 'INTERNAL' });
    await log.close();
    expect(await readdir(directory)).toContain('open');
    if (how === 'taken') expect(await readFile(path, 'utf8')).toContain('"other"');
  });
});
