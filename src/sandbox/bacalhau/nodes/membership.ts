/** Which nodes the orchestrator admits. Nodes are approved on arrival; an operator may reject, approve or delete them. */

export type MembershipState = 'APPROVED' | 'REJECTED';

/** A deleted node that is alive registers again with its next heartbeat, after so many milliseconds. */
export const HEARTBEAT_MS = 15_000;

/** A rejected node tries again by itself; once approved it is connected after so many milliseconds (seen: 12 s). */
export const RECONNECT_MS = 12_000;

export interface Membership {
  /** Null while the record is deleted. */
  of(nodeId: string, nowMs: number): MembershipState | null;
  /** True for a node that was rejected and has not come back since. */
  isShutOut(nodeId: string, nowMs: number): boolean;
  set(nodeId: string, state: MembershipState, nowMs: number): void;
  delete(nodeId: string, nowMs: number): void;
}

export function createMembership(): Membership {
  const rejected = new Set<string>();
  const approvedAt = new Map<string, number>();
  const deletedAt = new Map<string, number>();
  return {
    of(nodeId, nowMs) {
      const since = deletedAt.get(nodeId);
      if (since !== undefined && nowMs - since < HEARTBEAT_MS) return null;
      deletedAt.delete(nodeId);
      return rejected.has(nodeId) ? 'REJECTED' : 'APPROVED';
    },
    isShutOut(nodeId, nowMs) {
      const since = approvedAt.get(nodeId);
      return rejected.has(nodeId) || (since !== undefined && nowMs - since < RECONNECT_MS);
    },
    set(nodeId, state, nowMs) {
      if (state === 'REJECTED') {
        rejected.add(nodeId);
      } else {
        rejected.delete(nodeId);
        approvedAt.set(nodeId, nowMs);
      }
    },
    delete(nodeId, nowMs) {
      rejected.delete(nodeId);
      deletedAt.set(nodeId, nowMs);
    },
  };
}
