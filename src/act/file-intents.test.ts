import {
  appendFile,
  copyFile,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { intentNo, LAB, next, START } from '../../test/submit-once/intents.ts';
import { createManualClock } from '../sandbox/clock.ts';
import { FileIntents } from './file-intents.ts';

const clock = createManualClock(START);

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gridweave-intents-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function openAt(path: string): Promise<FileIntents> {
  const store = await FileIntents.open(path, clock);
  // A second close is what some of these tests are about.
  onTestFinished(() => store.close().catch(() => {}));
  return store;
}

const newFile = async (): Promise<string> => join(await directory(), 'intents.jsonl');

/** What a crash at this moment would leave. */
async function afterCrash(path: string): Promise<FileIntents> {
  const copy = join(await directory(), 'copy.jsonl');
  await copyFile(path, copy);
  return openAt(copy);
}

async function handlePrototype(): Promise<FileHandle> {
  const probe = await open(await newFile(), 'w');
  await probe.close();
  return Object.getPrototypeOf(probe) as FileHandle;
}

/** The next sync comes to its end when it is let. */
async function slowDisk(): Promise<{ readonly syncs: number; release(): void }> {
  const handles = await handlePrototype();
  const whole = handles.datasync;
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = vi.spyOn(handles, 'datasync').mockImplementationOnce(async function (this: FileHandle) {
    await held;
    await whole.call(this);
  });
  onTestFinished(() => slow.mockRestore());
  return {
    get syncs() {
      return slow.mock.calls.length;
    },
    release,
  };
}

describe('a crash', () => {
  test('finds what was answered', async () => {
    const path = await newFile();
    const store = await openAt(path);
    await store.claim(intentNo(1));
    expect(await (await afterCrash(path)).get(intentNo(1).id)).toEqual(intentNo(1));
    const sending = next(intentNo(1), { phase: 'SENDING' });
    await store.replace(sending);
    expect(await (await afterCrash(path)).get(intentNo(1).id)).toEqual(sending);
  });

  test('takes back nothing that anybody was shown', async () => {
    const store = await openAt(await newFile());
    const disk = await slowDisk();
    const claim = store.claim(intentNo(1));
    await vi.waitFor(() => expect(disk.syncs).toBe(1));
    const shown: string[] = [];
    const asked = [
      claim.then(() => shown.push('the claim')),
      store.claim(intentNo(1)).then(({ claimed }) => shown.push(`another claim: ${String(claimed)}`)),
      store.get(intentNo(1).id).then(() => shown.push('the intent')),
      store.list(LAB, ['CLAIMED'], 9).then(() => shown.push('the list')),
      store.replace(intentNo(1)).then((taken) => shown.push(`no version: ${String(taken)}`)),
    ];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(shown).toEqual([]);
    disk.release();
    await Promise.all(asked);
    expect(shown.sort()).toEqual([
      'another claim: false',
      'no version: false',
      'the claim',
      'the intent',
      'the list',
    ]);
  });

  test('ends every lease', async () => {
    const path = await newFile();
    const store = await openAt(path);
    const lease = { owner: 'gone', until: clock.now() };
    await store.claim(intentNo(1, { lease }));
    expect((await store.get(intentNo(1).id))?.lease).toEqual(lease);
    expect((await (await afterCrash(path)).get(intentNo(1).id))?.lease).toBeNull();
  });

  test.each([
    '{"id":"lab/x"',
    '{',
    '{"id":"lab/stamp000002","provider":"lab","target":{"stamp"',
    '\u0000\u0000\u0000',
  ])('in the middle of a line loses that line alone: %j', async (torn) => {
    const path = await newFile();
    const store = await openAt(path);
    await store.claim(intentNo(1));
    await store.close();
    await appendFile(path, torn);
    const again = await openAt(path);
    expect(await again.list(LAB, ['CLAIMED'], 9)).toEqual([intentNo(1)]);
    // And what comes after it can be read.
    await again.claim(intentNo(2));
    expect(await (await afterCrash(path)).list(LAB, ['CLAIMED'], 9)).toHaveLength(2);
  });

  test('at any byte of the file leaves what was complete by then', async () => {
    const path = await newFile();
    const store = await openAt(path);
    for (let nth = 0; nth < 4; nth += 1) await store.claim(intentNo(nth));
    await store.close();
    const bytes = await readFile(path);
    for (let cut = 0; cut <= bytes.length; cut += 7) {
      const copy = join(await directory(), 'cut.jsonl');
      await writeFile(copy, bytes.subarray(0, cut));
      const lines = bytes.subarray(0, cut).toString().split('\n');
      const kept = await (await openAt(copy)).list(LAB, ['CLAIMED'], 9);
      // A line without its end may be complete all the same.
      expect([lines.length - 1, lines.length]).toContain(kept.length);
    }
  });
});

describe('a file that was damaged', () => {
  test.each(['not json', '{"id":"lab/x"}', '[]', 'null', '{"id":""}'])(
    'in the middle is refused, with the line: %s',
    async (damaged) => {
      const path = await newFile();
      const store = await openAt(path);
      await store.claim(intentNo(1));
      await store.close();
      const [line = ''] = (await readFile(path, 'utf8')).split('\n');
      await writeFile(path, `${line}\n${damaged}\n${line}\n`);
      await expect(FileIntents.open(path, clock)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`${path}: line 2 is not an intent`) as unknown,
        details: { field: 'data.directory' },
      });
      // It is left as it is, for whoever restores it.
      expect(await readFile(path, 'utf8')).toBe(`${line}\n${damaged}\n${line}\n`);
    },
  );

  test('in an error code that no version knows is refused, too', async () => {
    const path = await newFile();
    const line = JSON.stringify({ ...intentNo(1), problem: { code: 'MADE_UP', message: '' } });
    await writeFile(path, `${line}\n${line}\n`);
    await expect(FileIntents.open(path, clock)).rejects.toThrow('line 1 is not an intent');
  });
});

describe('a disk that fails', () => {
  test('grants no claim and takes no version', async () => {
    const path = await newFile();
    const store = await openAt(path);
    await store.claim(intentNo(1));
    await store.close();
    const told = { code: 'INTERNAL', details: { sent: false } };
    await expect(store.claim(intentNo(2))).rejects.toMatchObject(told);
    await expect(store.replace(next(intentNo(1), { phase: 'SENDING' }))).rejects.toMatchObject(told);
    // Nor does it tell of what it could not keep.
    await expect(store.get(intentNo(2).id)).rejects.toMatchObject(told);
    await expect(store.claim(intentNo(2))).rejects.toMatchObject(told);
    await expect(store.list(LAB, ['CLAIMED'], 9)).rejects.toMatchObject(told);
    expect(await (await afterCrash(path)).list(LAB, ['CLAIMED', 'SENDING'], 9)).toEqual([intentNo(1)]);
  });

  test('in the middle of a line is not written to behind it', async () => {
    const path = await newFile();
    const store = await openAt(path);
    await store.claim(intentNo(1));
    const handles = await handlePrototype();
    const whole = handles.appendFile;
    let waiting: Promise<unknown> = Promise.resolve();
    const full = vi.spyOn(handles, 'appendFile').mockImplementationOnce(async function (
      this: FileHandle,
      text,
    ) {
      // One more comes while the first is being written. There will be space for it.
      waiting = store.claim(intentNo(3));
      await whole.call(this, String(text).slice(0, 20));
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    });
    onTestFinished(() => full.mockRestore());
    await expect(store.claim(intentNo(2))).rejects.toThrow('nothing is sent without it');
    await expect(waiting).rejects.toThrow('nothing is sent without it');
    await expect(store.claim(intentNo(4))).rejects.toThrow('nothing is sent without it');
    expect(await (await afterCrash(path)).list(LAB, ['CLAIMED'], 9)).toEqual([intentNo(1)]);
  });

  test('of all that waits for one sync, none is granted', async () => {
    const store = await openAt(await newFile());
    await store.close();
    const claims = await Promise.allSettled([1, 2, 3].map((nth) => store.claim(intentNo(nth))));
    expect(claims.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

describe('the file', () => {
  test('is for its owner alone', async () => {
    const path = await newFile();
    await openAt(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is written anew when most of it is of the past, and then holds the same', async () => {
    const path = await newFile();
    const store = await openAt(path);
    let intents = Array.from({ length: 200 }, (_, nth) => intentNo(nth));
    await Promise.all(intents.map((intent) => store.claim(intent)));
    for (let round = 0; round < 55; round += 1) {
      intents = intents.map((intent) => next(intent, { sends: round }));
      await Promise.all(intents.map((intent) => store.replace(intent)));
    }
    const lines = (await readFile(path, 'utf8')).split('\n').length - 1;
    expect(lines).toBeLessThan(200 * 56 - 5_000);
    // Whoever writes next writes to the new file.
    await store.claim(intentNo(999));
    const again = await afterCrash(path);
    expect(await again.list(LAB, ['CLAIMED'], 999)).toEqual([...intents, intentNo(999)]);
  });

  test('that a crash left half written anew is written from the old one', async () => {
    const path = await newFile();
    const store = await openAt(path);
    await store.claim(intentNo(1));
    await store.close();
    await writeFile(`${path}.new`, 'half a li');
    expect(await (await openAt(path)).get(intentNo(1).id)).toEqual(intentNo(1));
  });

  test('that cannot be opened is told of', async () => {
    const path = join(await directory(), 'missing', 'intents.jsonl');
    await expect(FileIntents.open(path, clock)).rejects.toThrow('ENOENT');
    await expect(FileIntents.open(await directory(), clock)).rejects.toThrow(/EISDIR|illegal operation/);
  });
});
