import { readdirSync, readFileSync } from 'node:fs';

/** An input that found something once. */
export interface Kept {
  readonly surface: string;
  /** What was wrong then. */
  readonly found: string;
  readonly input: unknown;
}

const FOLDER = new URL('corpus/', import.meta.url);

/** Everything that was ever found: one file for each surface. */
export function corpus(): readonly Kept[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const entries = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as readonly Omit<
        Kept,
        'surface'
      >[];
      return entries.map((entry) => ({ surface: name.replace('.json', ''), ...entry }));
    });
}
