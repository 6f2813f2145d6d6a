import type { Excerpt } from './excerpt.ts';

/** One thing that is wrong with the configuration. Holds no secret and no value that could be one. */
export interface ConfigProblem {
  /** The key, as `providers[1].credential.token`; the variable for a value from the environment; empty for the file. */
  readonly path: string;
  /** From 1; null when the problem is not at a place in the file. */
  readonly line: number | null;
  /** From 1, in UTF-16 units; null together with `line`. */
  readonly column: number | null;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  /** The line, with everything masked that could be a secret; null together with `line`. */
  readonly excerpt: Excerpt | null;
}

const SHOWN = 50;

function place(source: string, problem: ConfigProblem): string {
  const where = problem.line === null ? source : `${source}:${problem.line}:${problem.column ?? 1}`;
  return problem.path === '' ? where : `${where} ${problem.path}`;
}

function report(source: string, problem: ConfigProblem): string {
  const lines = [place(source, problem), `  ${problem.message}`];
  if (problem.excerpt !== null) {
    const gutter = String(problem.line);
    lines.push(`  ${gutter} | ${problem.excerpt.text}`);
    lines.push(`  ${' '.repeat(gutter.length)} | ${' '.repeat(problem.excerpt.caret)}^`);
  }
  lines.push(`  Fix: ${problem.fix}`);
  return lines.join('\n');
}

/** The configuration cannot be used. Carries every problem that was found, in the order of the file. */
export class ConfigError extends Error {
  /** What was read: a file's path, or "the configuration". */
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const list = problems
      .slice(0, SHOWN)
      .map((problem) => `${place('', problem).trim()}: ${problem.message}`);
    super([`${source} has ${count}.`, ...list].join('\n'));
    this.name = 'ConfigError';
    this.source = source;
    this.problems = problems;
  }

  /** For a terminal: every problem with its line, a caret under the place, and what to do. */
  override toString(): string {
    const { problems, source } = this;
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const rest = problems.length - SHOWN;
    return [
      `${source} has ${count}.`,
      ...problems.slice(0, SHOWN).map((problem) => report(source, problem)),
      ...(rest > 0 ? [`… and ${rest} more.`] : []),
    ].join('\n\n');
  }
}

export type Path = readonly (string | number)[];

/** A problem before it has a place: `at` says whether the key itself or its value is wrong. */
export interface Finding {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly fix: string;
}

/** A file with more mistakes than this is another kind of file; telling all of them would help nobody. */
const KEPT = 500;

/** Collects what is wrong, so that all of it is told at once. */
export class Findings {
  readonly all: Finding[] = [];

  add(path: Path, message: string, fix: string, at: Finding['at'] = 'value'): void {
    if (this.all.length < KEPT) this.all.push({ path, at, message, fix });
  }
}
