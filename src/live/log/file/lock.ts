import { randomBytes } from 'node:crypto';
import { open, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { GridweaveError } from '../../../model/errors.ts';
import { holderShape, lookFor, thisHolder, type Holder } from './holder.ts';
import { codeOf, unlinkIfThere } from './disk.ts';

export interface DirectoryLock {
  /** Gives the directory back. */
  release(): Promise<void>;
}

interface Found {
  readonly text: string;
  /** Null when the file cannot be understood: it was being written when its process or machine ended. */
  readonly holder: Holder | null;
  readonly ageMs: number;
}

const NAME = 'lock';
/** A holder gives a sign of life this often, by the time of the file. */
const SIGN_OF_LIFE_MS = 5_000;
/** One that cannot be seen counts as dead after this long without a sign. */
const DEAD_AFTER_MS = 30_000;
/** Others may be starting at the same moment; more than a few rounds mean something else. */
const TRIES = 5;

/**
 * Takes a directory for this process, with a file that names it. Rejects with INVALID_ARGUMENT when a process that lives has
 * it; the file of a dead one is taken over. `onLost` is called when somebody took the directory away all the same.
 */
export async function lockDirectory(directory: string, onLost: () => void): Promise<DirectoryLock> {
  const path = join(directory, NAME);
  const me = await thisHolder(randomBytes(9).toString('base64url'));
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await create(path, me)) return hold(path, me, onLost);
    const found = await look(path);
    if (found === null) continue;
    await assertDead(found, me, directory);
    await removeDead(path, me, directory);
  }
  throw inUse(directory, 'several processes are trying to take it');
}

async function create(path: string, me: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(me)}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when there is no file. */
async function look(path: string): Promise<Found | null> {
  try {
    const text = await readFile(path, 'utf8');
    const { mtimeMs } = await stat(path);
    return { text, holder: parseHolder(text), ageMs: Date.now() - mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    return holderShape.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function assertDead({ holder, ageMs }: Found, me: Holder, directory: string): Promise<void> {
  const seen = holder === null ? 'UNSEEN' : await lookFor(holder, me);
  if (seen === 'DEAD' || (seen === 'UNSEEN' && ageMs > DEAD_AFTER_MS)) return;
  if (seen === 'ALIVE') throw inUse(directory, `process ${String(holder?.pid)} of this machine has it`);
  const who = holder === null ? 'a process' : `process ${String(holder.pid)} on "${holder.host}"`;
  throw inUse(
    directory,
    `${who} has it, or had it until ${String(Math.round(ageMs / 1000))} s ago. If it is gone, try again in ${String(DEAD_AFTER_MS / 1000)} s`,
  );
}

/**
 * Removes the file of a dead holder. Only one process at a time may do so, and it looks again first: otherwise it might be
 * the file of one that was faster. A process that ended in the middle of this is not waited for longer than for a holder.
 */
async function removeDead(path: string, me: Holder, directory: string): Promise<void> {
  const turn = `${path}.taking`;
  if (!(await create(turn, me))) {
    const other = await look(turn);
    if (other === null || other.ageMs <= DEAD_AFTER_MS)
      throw inUse(directory, 'another process is taking it');
    await unlinkIfThere(turn);
    return;
  }
  try {
    const found = await look(path);
    if (found === null) return;
    await assertDead(found, me, directory);
    await unlinkIfThere(path);
  } finally {
    await unlinkIfThere(turn);
  }
}

function hold(path: string, me: Holder, onLost: () => void): DirectoryLock {
  let signing = Promise.resolve();
  const signOrLose = async (): Promise<void> => {
    if (await sign(path, me)) return;
    clearInterval(timer);
    onLost();
  };
  const timer = setInterval(() => {
    signing = signOrLose();
  }, SIGN_OF_LIFE_MS);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      await signing;
      if (await sign(path, me)) await unlinkIfThere(path);
    },
  };
}

/** False: the file is gone, or somebody else's. */
async function sign(path: string, me: Holder): Promise<boolean> {
  try {
    if (parseHolder(await readFile(path, 'utf8'))?.token !== me.token) return false;
    const now = new Date();
    await utimes(path, now, now);
    return true;
  } catch (error) {
    // A disk that fails for a moment has not given the directory to anybody.
    return codeOf(error) !== 'ENOENT';
  }
}

function inUse(directory: string, why: string): GridweaveError {
  return new GridweaveError(
    'INVALID_ARGUMENT',
    `The directory "${directory}" of the event log is in use: ${why}. Give each gateway a directory of its own.`,
    { field: 'directory' },
  );
}
