/** How logs are followed. Times in milliseconds. */
export interface LogFollowOptions {
  /** Between two readings of a log while something comes. Default 1,000. */
  readonly minPauseMs: number;
  /** While nothing comes the pause widens up to this. Default 5,000. */
  readonly maxPauseMs: number;
  /** The longest pause after failures, unless the provider asks for more. Default 30,000. */
  readonly maxBackoffMs: number;
  /** How long one reading may take. Default 60,000. */
  readonly passTimeoutMs: number;
  /** After so long without one good reading the log is given up as UNAVAILABLE. Default 600,000. */
  readonly giveUpMs: number;
  /** After the end of work that was seen running, its output is read once more after this time. Default 1,000. */
  readonly settleMs: number;
  /** How long a log is kept after its last reader left, so that one who comes back finds it. Default 5,000. */
  readonly lingerMs: number;
  /** How long a reading waits for readers that are full before it is broken off, and resumed later. Default 2,000. */
  readonly holdMs: number;
  /** What is kept of one log for those who come later or read slowly, in bytes. Default 256 KiB. */
  readonly keptBytes: number;
  /** The largest text of one message, in bytes. Default 64 KiB. */
  readonly messageBytes: number;
  /** Logs followed at the same time. Default 1,000. */
  readonly maxLogs: number;
}

export const DEFAULT_LOG_FOLLOW_OPTIONS: LogFollowOptions = {
  minPauseMs: 1_000,
  maxPauseMs: 5_000,
  maxBackoffMs: 30_000,
  passTimeoutMs: 60_000,
  giveUpMs: 600_000,
  settleMs: 1_000,
  lingerMs: 5_000,
  holdMs: 2_000,
  keptBytes: 256 * 1024,
  messageBytes: 64 * 1024,
  maxLogs: 1_000,
};
