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
};
const SINCE_1_6: Dialect = {
  executionWords: [...COMMON, 'Running', 'Publishing', 'BidRejected', 'Completed', 'Failed', 'Cancelled'],
};
/** Without a version only those integers are read that mean the same in every one; the others stay UNKNOWN. */
const UNTOLD: Dialect = {
  executionWords: [...COMMON, null, null, null, null, 'Failed', 'Cancelled'],
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
  return minor !== null && minor < 6 ? UNTIL_1_5 : SINCE_1_6;
}
