import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EventLog } from '../../src/live/event-log.ts';
import { openFileLog, type FileLogOptions } from '../../src/live/log/file-log.ts';

/** An empty directory, removed with the test. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'gridweave-log-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A log over a directory, closed with the test, and everything that it reports. */
export async function openIn(
  directory: string,
  options: Partial<FileLogOptions> = {},
): Promise<{ readonly log: EventLog; readonly reports: readonly string[] }> {
  const reports: string[] = [];
  const log = await openFileLog({ ...options, directory, report: (problem) => reports.push(problem) });
  onTestFinished(() => log.close());
  return { log, reports };
}

/** The segments of a directory, oldest first. */
export async function segmentsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .map((name) => join(directory, name));
}

export async function bytesIn(directory: string): Promise<number> {
  let total = 0;
  for (const path of await segmentsIn(directory)) {
    // One may be removed meanwhile.
    total += await stat(path).then((info) => info.size, () => 0); // prettier-ignore
  }
  return total;
}

/** A copy of the directory of a log that is open, as its process would leave it if it ended now. */
export async function crashCopy(directory: string): Promise<string> {
  const copy = await newDirectory();
  for (const name of await readdir(directory)) await copyFile(join(directory, name), join(copy, name));
  const lock = join(copy, 'lock');
  const holder = JSON.parse(await readFile(lock, 'utf8')) as object;
  // A process of the same place that started before any other: it is certainly not there any more.
  await writeFile(lock, JSON.stringify({ ...holder, token: 'other', pid: 2 ** 30 }));
  return copy;
}
