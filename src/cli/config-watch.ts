import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

export interface ConfigWatch {
  close(): void;
}

/** Editors write in several steps, and orchestrators in more: what is there after so long without another step is read. */
const DEBOUNCE_MS = 300;

/**
 * Tells when a file has become another. The folder is watched, not the file: editors put a new file in the place of the old
 * one, and mounted configurations change a link beside it. `onTrouble` is told once when the folder cannot be watched, or no
 * longer. Does not keep the process alive.
 */
export function watchConfig(
  file: string,
  onChange: () => void,
  onTrouble: (error: unknown) => void,
): ConfigWatch {
  const path = resolve(file);
  let timer: NodeJS.Timeout | null = null;
  let watcher: FSWatcher | null = null;
  let known = identityOf(path);
  const look = async (): Promise<void> => {
    const [before, now] = [await known, await identityOf(path)];
    known = Promise.resolve(now);
    // A file that is gone for a moment is about to be replaced.
    if (now !== null && now !== before) onChange();
  };
  const close = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    watcher?.close();
    watcher = null;
  };
  const fail = (error: unknown): void => {
    close();
    onTrouble(error);
  };
  try {
    watcher = watch(dirname(path), { persistent: false }, () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => {
        timer = null;
        void look();
      }, DEBOUNCE_MS).unref();
    });
    watcher.on('error', fail);
  } catch (error) {
    fail(error);
  }
  return { close };
}

/** Differs when the file does; null when there is none. Links are followed. */
async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(' ');
  } catch {
    return null;
  }
}
