/** Which Bacalhau the emulator is: every difference between versions that its API shows, in one table. */

/** The releases that can be emulated; the newest is the default. */
export const BACALHAU_VERSIONS = ['1.4.0', '1.5.0', '1.6.0', '1.7.0', '1.8.0', '1.9.3'] as const;
export type BacalhauVersion = (typeof BACALHAU_VERSIONS)[number];

export interface BuildInfo {
  readonly Major: string;
  readonly Minor: string;
  readonly GitVersion: string;
  readonly GitCommit: string;
  readonly BuildDate: string;
  readonly GOOS: string;
  readonly GOARCH: string;
}

export interface Release {
  readonly version: BacalhauVersion;
  readonly build: BuildInfo;
  /** `plain`: `{error, message}` (1.4). `coded`: with Code and Component (1.5). `hinted`: plus Hint and Details (1.6). */
  readonly errorBody: 'plain' | 'coded' | 'hinted';
  /** `transitions` is 1.4's history of real state changes, without sequence numbers or paging. */
  readonly history: 'transitions' | 'events';
  /** `State.Details` and `ComputeState.Details`: from 1.5. */
  readonly stateDetails: boolean;
  /** How executions are ordered: three dialects. */
  readonly executionOrder: 'modify-default' | 'strict' | 'lenient';
  /** The renumbered execution states: from 1.6. */
  readonly newExecutionStates: boolean;
  /** agent/node is a NodeInfo, not a NodeState; nodes carry ConnectionState, protocols and always compute info: 1.6. */
  readonly connectionState: boolean;
  /** agent/config: absent, the raw object, or wrapped in `{config}`. */
  readonly agentConfig: 'absent' | 'raw' | 'wrapped';
  /** What stands where a secret was. */
  readonly mask: string;
  /** Node actions fail with an HTTP error, not with 200 `Success:false`: from 1.6. */
  readonly nodeActionErrors: boolean;
  /** Basic, API key and OAuth2 credentials, agent/authconfig, the three legacy redirects: from 1.7. */
  readonly users: boolean;
  /** Count defaults to 1 (0 for ops and daemon), PartitionIndex is shown, node addresses are: from 1.7. */
  readonly partitions: boolean;
  /** Names identify jobs; versions, diff, rerun, Force: from 1.8. */
  readonly versionedJobs: boolean;
  /** 401, 403 and unknown routes answer in the classified shape: from 1.8. */
  readonly classifiedGateErrors: boolean;
  /**
   * Nodes read logs from a file that the docker engine alone writes and that outlives the execution: from 1.8. Before,
   * every engine's log is read while it runs, and of an execution that ended its record is read out again.
   */
  readonly logFiles: boolean;
  /** What a task's network may be called. */
  readonly networkTypes: readonly string[];
  /** Paths under /api/v1/requester answer 410: 1.5 and 1.6. */
  readonly requesterGone: boolean;
}

const BUILT: Record<BacalhauVersion, string> = {
  '1.4.0': '2024-06-28T10:00:00Z',
  '1.5.0': '2024-10-07T10:00:00Z',
  '1.6.0': '2024-12-16T10:00:00Z',
  '1.7.0': '2025-03-24T10:00:00Z',
  '1.8.0': '2025-06-23T10:00:00Z',
  '1.9.3': '2026-08-09T10:00:00Z',
};

/** The behaviour of one release. */
export function releaseOf(version: BacalhauVersion): Release {
  const minor = Number(version.split('.')[1]);
  return {
    version,
    build: {
      Major: '1',
      Minor: String(minor),
      GitVersion: `v${version}`,
      GitCommit: version.replaceAll('.', '').padEnd(40, '0123456789abcdef'),
      BuildDate: BUILT[version],
      GOOS: 'linux',
      GOARCH: 'amd64',
    },
    errorBody: minor < 5 ? 'plain' : minor < 6 ? 'coded' : 'hinted',
    history: minor < 5 ? 'transitions' : 'events',
    stateDetails: minor >= 5,
    executionOrder: minor < 5 ? 'modify-default' : minor < 8 ? 'strict' : 'lenient',
    newExecutionStates: minor >= 6,
    connectionState: minor >= 6,
    agentConfig: minor < 5 ? 'absent' : minor < 6 ? 'raw' : 'wrapped',
    mask: minor < 7 ? '<redacted>' : '********',
    nodeActionErrors: minor >= 6,
    users: minor >= 7,
    partitions: minor >= 7,
    versionedJobs: minor >= 8,
    classifiedGateErrors: minor >= 8,
    logFiles: minor >= 8,
    networkTypes:
      minor < 7 ? ['None', 'Full', 'HTTP'] : ['Default', 'None', 'Host', 'Full', 'HTTP', 'Bridge'],
    requesterGone: minor === 5 || minor === 6,
  };
}

/** The states of an execution, by name. */
export type ExecutionStateName =
  | 'New'
  | 'AskForBidAccepted'
  | 'AskForBidRejected'
  | 'BidAccepted'
  | 'BidRejected'
  | 'Completed'
  | 'Failed'
  | 'Cancelled';

const OLD_STATES: Record<ExecutionStateName, number> = {
  New: 1,
  AskForBidAccepted: 3,
  AskForBidRejected: 4,
  BidAccepted: 5,
  BidRejected: 6,
  Completed: 7,
  Failed: 8,
  Cancelled: 9,
};

const NEW_STATES: Record<ExecutionStateName, number> = {
  ...OLD_STATES,
  BidRejected: 8,
  Completed: 9,
  Failed: 10,
  Cancelled: 11,
};

/** The integer by which this release names an execution state. */
export function executionStateNumber(release: Release, name: ExecutionStateName): number {
  return (release.newExecutionStates ? NEW_STATES : OLD_STATES)[name];
}
