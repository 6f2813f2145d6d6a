/** What hostile clients do, one kind a file. Each attack is repeated as often and as fast as it is told. */

export interface Target {
  readonly url: string;
  /** A key that is good: a stranger would not get as far as most of this. */
  readonly key: string;
}

/** What became of one go. */
export interface Refusal {
  /** `400 OPERATION_TOO_LARGE`, `closed 4429`: statuses and codes as they came. */
  readonly answer: string;
  /** Whether the gateway closed the connection. */
  readonly closed: boolean;
  /** Sent by the attacker, in bytes. */
  readonly bytes: number;
}

export interface Attack {
  readonly name: string;
  /** How often in a second, where the rate is bounded. */
  readonly perSecond: number;
  /** Done once for each go, in turn; what one connection can do as fast as it can. */
  strike(target: Target): Promise<Refusal>;
}

/** An attack that lasts: so many connections, held for as long as it goes on. */
export interface Siege {
  readonly name: string;
  readonly connections: number;
  /** Begins, and resolves when all are there. `end` lets go, and tells what became of them. */
  begin(target: Target): Promise<{ end(): Promise<Refusal> }>;
}
