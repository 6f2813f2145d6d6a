/**
 * Ends the handling of a request with a failure of the wire; it never leaves this folder. The API's failures are free
 * text without a code. Only `Invalid input format` is documented (for the sibling service); the other texts are those
 * of the platform's ancestor, and every HTTP status is our reading, used only in the `http` failure mode.
 */
export class Refusal extends Error {
  /** The HTTP status in the `http` failure mode. */
  readonly status: number;
  constructor(text: string, status: number) {
    super(text);
    this.name = 'Refusal';
    this.status = status;
  }
}

export function invalidInput(status = 400): Refusal {
  return new Refusal('Invalid input format', status);
}

export function missingCredential(): Refusal {
  return new Refusal('no authenticator', 401);
}

export function wrongCredential(): Refusal {
  return new Refusal('bad authenticator', 401);
}

export function noSubmitAccess(): Refusal {
  return new Refusal('no submit access', 403);
}

/** A 400, not a 404: the path was found, and a client must be able to tell a wrong path by its 404. */
export function unknownApp(app: string): Refusal {
  return new Refusal(`app not found: ${app}`, 400);
}

/** A status query with an unknown id, in the mode where that spoils the whole call. */
export function noSuchJob(): Refusal {
  return new Refusal('no such job', 404);
}

export function jobNotFound(id: string): Refusal {
  return new Refusal(`job not found: ${id}`, 404);
}

export function tooManyInProgress(): Refusal {
  return new Refusal('limit on jobs in progress exceeded', 429);
}
