/** What differs between control-plane releases. Every member is a row of the vendor's own change from spec to spec. */

/** Control planes this emulator can be. */
export const RUNAI_VERSIONS = ['2.18', '2.19', '2.20', '2.21', '2.22', '2.23', '2.24'] as const;
export type RunaiVersion = (typeof RUNAI_VERSIONS)[number];

export interface Release {
  readonly version: RunaiVersion;
  /** `POST /api/v1/workloads/batch`. */
  readonly batch: boolean;
  /** Nodes have ids, and `/nodes/{nodeId}/metrics`. */
  readonly nodeIds: boolean;
  /** Paging of `/clusters/{uuid}/nodes`; 2.18 answers with everything. */
  readonly pagedClusterNodes: boolean;
  readonly distributedSuspend: boolean;
  /** `search=` of the lists; older releases ignore it. */
  readonly search: boolean;
  /** Grant type `client_credentials` of `/api/v1/token`. */
  readonly clientCredentials: boolean;
  readonly orgUnitTelemetry: boolean;
  /** Sorting and filtering workloads by `phaseUpdatedAt`. */
  readonly phaseUpdatedAt: boolean;
  /** Everything else that 2.24 can sort and filter workloads by. When each came is not known: 2.24 alone has it here. */
  readonly newestSortFields: boolean;
  /** `/v1/k8s/clusters/{uuid}/jobs` and `…/pods`. */
  readonly legacyJobs: boolean;
  /** Tenant-wide `/api/v1/nodes`. */
  readonly tenantNodes: boolean;
  /** `POST /api/v2/token`, and `expiresIn` in answers of `/api/v1/token`. */
  readonly tokenV2: boolean;
  /** Project ids are UUIDs; before, small numbers as text. The release of that change is not known. */
  readonly uuidProjectIds: boolean;
  /** Only the members of a workload that the 2.18 spec has. */
  readonly oldWorkloadMembers: boolean;
  /** Accepted actions are answered without a body. In which release that ended is not known. */
  readonly emptyAccepted: boolean;
}

/** The features of a release. */
export function releaseOf(version: RunaiVersion): Release {
  const number = Number(version.slice(2));
  return {
    version,
    batch: number >= 19,
    nodeIds: number >= 19,
    pagedClusterNodes: number >= 19,
    distributedSuspend: number >= 20,
    search: number >= 20,
    clientCredentials: number >= 20,
    orgUnitTelemetry: number >= 20,
    phaseUpdatedAt: number >= 21,
    newestSortFields: number >= 24,
    legacyJobs: number <= 21,
    tenantNodes: number >= 23,
    tokenV2: number >= 24,
    uuidProjectIds: number >= 21,
    oldWorkloadMembers: number === 18,
    emptyAccepted: number < 20,
  };
}
