export type Path = readonly (string | number)[];

/** One thing that is wrong with what was asked. The message never repeats the value: it may be a secret. */
export interface FieldProblem {
  readonly path: Path;
  /** A sentence that begins after the name of the field: "must be at least 1". */
  readonly message: string;
}

// eslint-disable-next-line no-control-regex -- this is what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Collects everything that is wrong, so that a caller hears of it all at once. */
export class Problems {
  readonly list: FieldProblem[] = [];

  add(path: Path, message: string): void {
    this.list.push({ path, message });
  }

  /** A text on one line, not empty, not too long, and of a form. */
  text(path: Path, value: string, maxLength: number, form?: RegExp, formMessage?: string): void {
    if (value.trim() === '') this.add(path, 'must not be empty');
    else if (value.length > maxLength) this.add(path, `must have at most ${String(maxLength)} characters`);
    else if (CONTROL.test(value)) this.add(path, 'must not hold control characters');
    else if (!value.isWellFormed()) this.add(path, 'must be valid Unicode');
    else if (form !== undefined && !form.test(value))
      this.add(path, formMessage ?? 'has another form than it must have');
  }

  /** A whole number between two others; null is fine. */
  range(path: Path, value: number | null, least: number, most: number): void {
    if (value === null) return;
    if (!Number.isSafeInteger(value) || value < least || value > most)
      this.add(path, `must be a whole number from ${String(least)} to ${String(most)}`);
  }

  atMost(path: Path, count: number, most: number, what: string): void {
    if (count > most) this.add(path, `must hold at most ${String(most)} ${what}`);
  }
}
