/** What the orchestrator says of an execution. Words of the server's source, as no version sends them on the wire. */
export type ExecutionWord =
  | 'Undefined'
  | 'New'
  | 'AskForBid'
  | 'AskForBidAccepted'
  | 'AskForBidRejected'
  | 'BidAccepted'
  | 'Running'
  | 'Publishing'
  | 'BidRejected'
  | 'Completed'
  | 'Failed'
  | 'Cancelled';

/** How one server version speaks, where versions differ in a way that changes what an answer means. */
export interface Dialect {
  /** The integers of `ComputeState.StateType`, by position; null where the integer's meaning is not known. */
  readonly executionWords: readonly (ExecutionWord | null)[];
  /**
   * Where logs come from. LIVE: from the engine, of any kind, while it runs; of what has ended the log is only the
   * record's preview once more. FILE: from a file on the node, which the Docker engine alone writes; it outlives the
   * execution by an hour.
   */
  readonly logs: 'LIVE' | 'FILE';
}

const COMMON = [
  'Undefined',
  'New',
  'AskForBid',
  'AskForBidAccepted',
  'AskForBidRejected',
  'BidAccepted',
] as const satisfies readonly ExecutionWord[];

const UNTIL_1_5: Dialect = {
  executionWords: [...COMMON, 'BidRejected', 'Completed', 'Failed', 'Cancelled'],
  logs: 'LIVE',
};
const UNTIL_1_7: Dialect = {
  executionWords: [...COMMON, 'Running', 'Publishing', 'BidRejected', 'Completed', 'Failed', 'Cancelled'],
  logs: 'LIVE',
};
const SINCE_1_8: Dialect = { ...UNTIL_1_7, logs: 'FILE' };
/**
 * Without a version only those integers are read that mean the same in every one; the others stay UNKNOWN. Logs are
 * taken for those of a file: asking in vain for one that does not exist costs its node a minute.
 */
const UNTOLD: Dialect = {
  executionWords: [...COMMON, null, null, null, null, 'Failed', 'Cancelled'],
  logs: 'FILE',
};

/** A build without a release version; it says nothing of its age and is taken for the newest. */
export function isDevelopmentVersion(version: string): boolean {
  return /^v?0\.0\.0\b/.test(version);
}

/** The minor number of a 1.x version; null for anything else. */
export function minorOf(version: string): number | null {
  const match = /^v?1\.(\d{1,6})(?:\D|$)/.exec(version);
  return match === null ? null : Number(match[1]);
}

/** The dialect of a server version as the server spells it ("v1.9.3"); null when it could not be learned. */
export function dialectOf(version: string | null): Dialect {
  if (version === null) return UNTOLD;
  const minor = minorOf(version);
  if (minor === null || minor >= 8) return SINCE_1_8;
  return minor < 6 ? UNTIL_1_5 : UNTIL_1_7;
}
