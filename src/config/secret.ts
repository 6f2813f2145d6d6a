import { inspect } from 'node:util';

/** What is printed where a secret is. */
export const SECRET_MASK = '***';

/** A secret on its way from where it is kept to a credential. However it is printed, it prints as a mask. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Hand it on at once; keep it in nothing that can be printed. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SECRET_MASK;
  }

  toJSON(): string {
    return SECRET_MASK;
  }

  [inspect.custom](): string {
    return `Secret(${SECRET_MASK})`;
  }
}
