import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LAB } from '../../../../test/live-log/case.ts';
import { crashCopy, newDirectory, openIn, segmentsIn } from '../../../../test/live-log/directory.ts';
import { changes, entriesOf, namesOf, numbers } from '../../../../test/live-log/events.ts';
import { openFileLog } from '../file-log.ts';
import { encodeEntry, encodeHeader } from './line.ts';

interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The files of a log with several segments, left by a crash. */
const sample: Sample[] = [];
let epoch = '';
const EVENTS = 300;

async function sampleIn(files: readonly Sample[]): Promise<string> {
  const directory = await newDirectory();
  for (const { name, bytes } of files) await writeFile(join(directory, name), bytes);
  return directory;
}

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gridweave-log-'));
  const log = await openFileLog({ directory });
  ({ epoch } = await log.open(LAB));
  for (let from = 1; from <= EVENTS; from += 10) await log.append(LAB, changes(LAB, 10, from));
  for (const path of await segmentsIn(directory)) {
    sample.push({ name: basename(path), bytes: await readFile(path) });
  }
  await log.close();
  await rm(directory, { recursive: true });
  expect(sample.length).toBeGreaterThan(1);
});

describe('an entry that was being written at the end', () => {
  it('is cut off wherever it ends; the epoch goes on with its number', async () => {
    const line = encodeEntry(epoch, EVENTS + 1, 1_700_000_000_000, changes(LAB, 1)[0] ?? fail());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: line.length - 1 }), async (cut) => {
        const last = sample.at(-1) ?? fail();
        const torn = { name: last.name, bytes: Buffer.concat([last.bytes, line.subarray(0, cut)]) };
        const directory = await sampleIn([...sample.slice(0, -1), torn]);
        const { log: first, reports } = await openIn(directory);
        expect(await first.open(LAB)).toMatchObject({ epoch, firstSeq: 1, lastSeq: EVENTS });
        expect(reports).toEqual([expect.stringContaining('nobody had been told of it')]);
        await first.close();
        const { log, reports: none } = await openIn(directory);
        expect(await log.open(LAB)).toMatchObject({ epoch, lastSeq: EVENTS });
        expect(none).toEqual([]);
        const [next] = await log.append(LAB, changes(LAB, 1, EVENTS + 1));
        expect(next?.position).toEqual({ epoch, seq: EVENTS + 1 });
        await log.close();
        const again = await openIn(directory);
        await again.log.open(LAB);
        const read = await again.log.read(LAB, { epoch, seq: EVENTS - 1 }, 9);
        expect(namesOf(entriesOf(read))).toEqual(numbers(EVENTS, EVENTS + 1));
        expect(again.reports).toEqual([]);
        await again.log.close();
      }),
      { numRuns: 12 },
    );
  });

  it('may be the header of a new file, which is then not there', async () => {
    const header = encodeHeader({ partition: LAB, epoch: 'another', after: 0 });
    for (const cut of [0, 1, header.length - 1]) {
      const directory = await sampleIn([
        ...sample,
        { name: 'lab.00000099.jsonl', bytes: header.subarray(0, cut) },
      ]);
      const { log } = await openIn(directory);
      expect(await log.open(LAB)).toMatchObject({ epoch, lastSeq: EVENTS });
      await log.append(LAB, changes(LAB, 1, EVENTS + 1));
      const again = await openIn(await crashCopy(directory));
      expect(await again.log.open(LAB)).toMatchObject({ epoch, lastSeq: EVENTS + 1 });
    }
  });
});

describe('a new epoch that was begun at the end', () => {
  it('counts, and the older files go', async () => {
    const header = encodeHeader({ partition: LAB, epoch: 'another', after: 0 });
    const directory = await sampleIn([...sample, { name: 'lab.00000099.jsonl', bytes: header }]);
    const { log, reports } = await openIn(directory);
    expect(await log.open(LAB)).toMatchObject({ epoch: 'another', firstSeq: 1, lastSeq: 0, bytes: 0 });
    await log.append(LAB, changes(LAB, 1));
    await log.close();
    expect((await segmentsIn(directory)).map((path) => basename(path))).toEqual(['lab.00000099.jsonl']);
    expect(reports).toEqual([]);
  });
});

describe('damage', () => {
  it('of any byte begins a new epoch, reported; nothing that was not appended is ever read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, place, flipped) => {
        const chosen = sample[file % sample.length] ?? fail();
        const bytes = Buffer.from(chosen.bytes);
        // The very last byte says that the last line is whole: without it, it reads as one that was being written.
        const at = place % (bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ flipped;
        const directory = await sampleIn(sample.map((one) => (one === chosen ? { ...one, bytes } : one)));
        const { log, reports } = await openIn(directory);
        const window = await log.open(LAB);
        expect(window.epoch).not.toBe(epoch);
        expect(window).toMatchObject({ firstSeq: 1, lastSeq: 0 });
        expect(reports).toEqual([expect.stringMatching(/"lab" begins a new epoch.*lab\.\d{8}\.jsonl/)]);
        await log.append(LAB, changes(LAB, 2));
        await log.close();
        const again = await openIn(directory);
        expect(await again.log.open(LAB)).toMatchObject({ epoch: window.epoch, lastSeq: 2 });
        await again.log.close();
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['a file is missing', (files: Sample[]) => files.filter((_, index) => index !== 1)],
    ['a file of another partition took the place of one', (files: Sample[]) => [rename(files[0], encodeHeader({ partition: 'x' as typeof LAB, epoch, after: 0 })), ...files.slice(1)]], // prettier-ignore
    ['a file is of another format', (files: Sample[]) => [rename(files[0], Buffer.from('{"format":2}\n'))]],
    ['a file is empty in the middle', (files: Sample[]) => [files[0] ?? fail(), rename(files[1], Buffer.alloc(0)), ...files.slice(2)]], // prettier-ignore
    ['zeros stand where lines were', (files: Sample[]) => [...files.slice(0, -1), rename(files.at(-1), Buffer.concat([Buffer.alloc(4096), Buffer.from('\n')]))]], // prettier-ignore
    [
      'lines stand twice',
      (files: Sample[]) => [...files.slice(0, -1), rename(files.at(-1), twice(files.at(-1)))],
    ],
  ])('begins a new epoch when %s', async (_, change) => {
    const directory = await sampleIn(change(sample));
    const { log, reports } = await openIn(directory);
    expect((await log.open(LAB)).epoch).not.toBe(epoch);
    expect(reports).toHaveLength(1);
  });

  it('of one partition leaves the others alone', async () => {
    const directory = await sampleIn(sample);
    await appendFile(join(directory, 'cloud-2.00000001.jsonl'), 'what is this?\n');
    const { log, reports } = await openIn(directory);
    await log.open('cloud-2' as typeof LAB);
    expect(await log.open(LAB)).toMatchObject({ epoch, lastSeq: EVENTS });
    expect(reports).toEqual([expect.stringContaining('"cloud-2"')]);
  });
});

describe('files that the log did not make', () => {
  it('are not touched', async () => {
    const directory = await sampleIn(sample);
    await writeFile(join(directory, 'notes.txt'), 'mine');
    await copyFile(join(directory, sample[0]?.name ?? ''), join(directory, 'lab.jsonl'));
    const { log } = await openIn(directory);
    expect(await log.open(LAB)).toMatchObject({ epoch, lastSeq: EVENTS });
    await log.breakEpoch(LAB);
    await log.close();
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
    expect((await segmentsIn(directory)).map((path) => basename(path))).toContain('lab.jsonl');
  });
});

function rename(file: Sample | undefined, bytes: Buffer): Sample {
  return { name: file?.name ?? '', bytes };
}

function twice(file: Sample | undefined): Buffer {
  const { bytes } = file ?? fail();
  return Buffer.concat([bytes, bytes]);
}

function fail(): never {
  throw new Error('The sample is not what this test needs.');
}
