import { closeSync, openSync, readSync } from 'node:fs';

/** Reads a file, but never more than `maxBytes + 1` bytes: one too many shows that it is too large. */
export type ReadFile = (path: string, maxBytes: number) => Uint8Array;

/** From the disk. Also reads pipes and `/dev/stdin`, whose size is not known beforehand. */
export const readFileBounded: ReadFile = (path, maxBytes) => {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a directory',
};

/** A text file's content, or why there is none as the end of a sentence: "does not exist". */
export type TextFile = { readonly text: string } | { readonly problem: string; readonly absent: boolean };

/** Reads UTF-8 text of at most `maxBytes`. Never throws. */
export function readText(readFile: ReadFile, path: string, maxBytes: number): TextFile {
  let bytes: Uint8Array;
  try {
    bytes = readFile(path, maxBytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { problem: REASONS[code] ?? 'cannot be read', absent: code === 'ENOENT' };
  }
  if (bytes.length > maxBytes) return { problem: `is larger than ${maxBytes / 1024} KiB`, absent: false };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: 'is not UTF-8 text', absent: false };
  }
}
