/** Whether more may be read now: readers have room for it. */
export interface Gate {
  readonly open: boolean;
  /** Resolves with whether it opened, within the time if one is given, before the signal was aborted. */
  opens(signal: AbortSignal, withinMs?: number): Promise<boolean>;
}
