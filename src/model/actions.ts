/** What can be done to work that exists. */
export const ACTIONS = ['CANCEL', 'SUSPEND', 'RESUME', 'RERUN', 'DELETE'] as const;
export type Action = (typeof ACTIONS)[number];

/** What became of one field of a specification at one provider. */
export const VERDICTS = ['HONOURED', 'TRANSLATED', 'IGNORED', 'REFUSED'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * HONOURED: done as asked. TRANSLATED: done by other means, or rounded; `reason` says how. IGNORED: has no effect there,
 * and the work runs without it. REFUSED: the provider cannot do it, and running without it would not be what was asked.
 */
export interface FieldVerdict {
  /** Path from the input object: `spec.resources.gpuMillis`, `extensions.qarnot.profile`, `spec.env.2.name`. */
  readonly path: readonly (string | number)[];
  readonly verdict: Verdict;
  /** For people: how it was translated, why it is ignored or refused. Null only when honoured. Never holds a value of `env`. */
  readonly reason: string | null;
}
