import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLOUD, LAB } from '../../../test/live-log/case.ts';
import { bytesIn, crashCopy, newDirectory, openIn, segmentsIn } from '../../../test/live-log/directory.ts';
import { change, changes, entriesOf, namesOf, numbers } from '../../../test/live-log/events.ts';
import type { PartitionKey } from '../event-log.ts';

const OTHER_RUN = '00000000-0000-0000-0000-000000000000\n';

describe('the files of the event log', () => {
  it('are for this user only, and JSON in every line', async () => {
    const directory = join(await newDirectory(), 'events');
    const { log } = await openIn(directory);
    await log.open(LAB);
    await log.append(LAB, [...changes(LAB, 3), change(LAB, 'a\nb')]);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of ['lock', 'open', 'lab.00000001.jsonl']) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
    const lines = (await readFile(join(directory, 'lab.00000001.jsonl'), 'utf8')).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      ['format', 'partition', 'epoch', 'after'],
      ...Array.from({ length: 4 }, () => ['seq', 'at', 'crc', 'event']),
    ]);
  });

  it('leave neither a lock nor a mark behind when closed', async () => {
    const directory = await newDirectory();
    const { log } = await openIn(directory);
    await log.open(LAB);
    await log.close();
    await expect(stat(join(directory, 'lock'))).rejects.toThrow('ENOENT');
    await expect(stat(join(directory, 'open'))).rejects.toThrow('ENOENT');
  });

  it('stay below twice the window, however much is appended', async () => {
    const bytes = 512 * 1024;
    const directory = await newDirectory();
    const { log } = await openIn(directory, { retention: { bytes } });
    await log.open(LAB);
    await log.open(CLOUD);
    let appended = 0;
    for (let round = 0; round < 250; round += 1) {
      // Each takes its turn at being busy, so that windows shrink as well as grow.
      const key = Math.floor(round / 50) % 2 === 0 ? LAB : CLOUD;
      await log.append(key, changes(key, 40));
      appended += 40;
      expect(await bytesIn(directory)).toBeLessThan(2 * bytes);
    }
    expect(appended * 500).toBeGreaterThan(8 * bytes);
    await log.close();
    const again = await openIn(directory, { retention: { bytes } });
    const { epoch, firstSeq, lastSeq } = await again.log.open(LAB);
    const entries = entriesOf(await again.log.read(LAB, { epoch, seq: firstSeq - 1 }, Infinity));
    expect(entries.map((entry) => entry.position.seq)).toEqual(numbers(firstSeq, lastSeq).map(Number));
    expect(again.reports).toEqual([]);
  });

  it('may not be named by anything but a provider', async () => {
    const { log } = await openIn(await newDirectory());
    for (const key of ['../lab', 'a/b', '', 'LAB', 'lock\u0000']) {
      await expect(log.open(key as PartitionKey)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('need a directory', async () => {
    const file = join(await newDirectory(), 'file');
    await writeFile(file, '');
    await expect(openIn(file)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('cannot be used (EEXIST)') as string,
    });
  });
});

describe('a machine that went down', () => {
  it('begins new epochs, for partitions that are opened much later, too', async () => {
    const directory = await newDirectory();
    const { log } = await openIn(directory);
    const lab = await log.open(LAB);
    const cloud = await log.open(CLOUD);
    await log.append(LAB, changes(LAB, 3));
    await log.append(CLOUD, changes(CLOUD, 3));
    const copy = await crashCopy(directory);
    await writeFile(join(copy, 'open'), OTHER_RUN);

    const second = await openIn(copy);
    expect(second.reports).toEqual([expect.stringContaining('every partition begins a new epoch')]);
    expect((await second.log.open(LAB)).epoch).not.toBe(lab.epoch);
    await second.log.close();
    const third = await openIn(copy);
    expect((await third.log.open(CLOUD)).epoch).not.toBe(cloud.epoch);
    const answer = await third.log.read(CLOUD, { epoch: cloud.epoch, seq: 3 }, 9);
    expect(answer).toEqual({ outcome: 'GAP', reason: 'EPOCH' });
  });

  it('after the log was closed loses nothing', async () => {
    const directory = await newDirectory();
    const { log } = await openIn(directory);
    const { epoch } = await log.open(LAB);
    await log.append(LAB, changes(LAB, 3));
    await log.close();
    // Nothing of the machine's run is left: there is no mark, and a lock only while somebody is there.
    const again = await openIn(directory);
    expect(await again.log.open(LAB)).toMatchObject({ epoch, lastSeq: 3 });
  });
});

describe('a directory that fails', () => {
  it('does not stop events: they are kept in memory, and on the disk again from the next epoch on', async () => {
    const directory = await newDirectory();
    const { log, reports } = await openIn(directory);
    await log.open(LAB);
    await rm(directory, { recursive: true });
    const { epoch } = await log.breakEpoch(LAB);
    expect(reports).toEqual([expect.stringMatching(/"lab" cannot be written .*\(ENOENT\).*in memory only/)]);
    await log.append(LAB, changes(LAB, 2));
    expect(namesOf(entriesOf(await log.read(LAB, { epoch, seq: 0 }, 9)))).toEqual(['1', '2']);

    await mkdir(directory);
    const next = await log.breakEpoch(LAB);
    await log.append(LAB, changes(LAB, 1, 3));
    const again = await openIn(await copyWithoutLock(directory));
    expect(await again.log.open(LAB)).toMatchObject({ epoch: next.epoch, lastSeq: 1 });
  });

  it('refuses what it can neither write nor leave out', async () => {
    const directory = await newDirectory();
    const { log } = await openIn(directory);
    const before = await log.open(LAB);
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    await expect(log.breakEpoch(LAB)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('neither be written') as string,
    });
    expect(log.window(LAB)).toEqual(before);
    await rm(directory);
    await mkdir(directory);
    expect((await log.breakEpoch(LAB)).epoch).not.toBe(before.epoch);
  });
});

/** For a directory whose lock is gone. */
async function copyWithoutLock(directory: string): Promise<string> {
  const copy = await newDirectory();
  for (const path of await segmentsIn(directory))
    await appendFile(join(copy, basename(path)), await readFile(path));
  return copy;
}
