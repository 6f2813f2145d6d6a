import type { QarnotKeyValue } from '../extension.ts';
import type { FieldPath } from '../../verdicts.ts';
import { shownPath } from './field-path.ts';

/** What the service takes; all documented. */
const KEY = /^[A-Za-z0-9_.-]+$/;
const MAX_LENGTH = 2048;
const MAX_CONSTANTS = 150;

/** The constants of a task, and which field each was made of. Objections never hold a value. */
export class Constants {
  readonly #constants = new Map<string, { readonly value: string; readonly of: FieldPath }>();

  get size(): number {
    return this.#constants.size;
  }

  get list(): QarnotKeyValue[] {
    return [...this.#constants].map(([key, { value }]) => ({ key, value }));
  }

  /** Adds one, unless there is an objection. */
  add(key: string, value: string, of: FieldPath): string | null {
    const taken = this.#constants.get(key);
    if (taken !== undefined)
      return `The constant ${key} is made of ${shownPath(taken.of)} already: give only one of them.`;
    if (key.length > MAX_LENGTH || !KEY.test(key))
      return 'Qarnot takes it as a constant, whose name has only letters, digits, "_", "." and "-".';
    if (value.length > MAX_LENGTH)
      return `Qarnot takes it as a constant, whose value has at most ${String(MAX_LENGTH)} characters.`;
    if (this.#constants.size >= MAX_CONSTANTS)
      return `A task has at most ${String(MAX_CONSTANTS)} constants; image, command and each variable are one.`;
    this.#constants.set(key, { value, of });
    return null;
  }
}
