import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, syncDirectory, unlinkIfThere } from './disk.ts';

/** How the directory was left. MACHINE: the machine may have gone down before everything had reached the disk. */
export type LeftBehind = 'IN_ORDER' | 'BY_PROCESS' | 'BY_MACHINE';

const NAME = 'open';
const UNKNOWN = 'unknown';

/**
 * The mark that says "somebody is writing here", which only the holder of the lock touches. It holds the name of the
 * machine's present run: what a process wrote outlives the process, but not always the machine. Where the system does not
 * name its runs, every mark that is found counts as left by the machine.
 */
export async function readOpenMark(directory: string, boot: string | null): Promise<LeftBehind> {
  try {
    const marked = (await readFile(join(directory, NAME), 'utf8')).trim();
    return boot !== null && marked === boot ? 'BY_PROCESS' : 'BY_MACHINE';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'IN_ORDER';
    throw error;
  }
}

/** Resolves when the mark is on the disk. */
export async function setOpenMark(directory: string, boot: string | null): Promise<void> {
  const file = await open(join(directory, NAME), 'w', 0o600);
  try {
    await file.writeFile(`${boot ?? UNKNOWN}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(directory);
}

/** To be called when everything else is on the disk. */
export async function removeOpenMark(directory: string): Promise<void> {
  await unlinkIfThere(join(directory, NAME));
}
