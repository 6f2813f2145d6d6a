/** Which nodes the orchestrator admits. Nodes are approved on arrival; an operator may reject, approve or delete them. */

export type MembershipState = 'APPROVED' | 'REJECTED';

/** A deleted node that is alive registers again with its next heartbeat, after so many milliseconds. */
export const HEARTBEAT_MS = 15_000;

export interface Membership {
  /** Null while the record is deleted. */
  of(nodeId: string, nowMs: number): MembershipState | null;
  set(nodeId: string, state: MembershipState): void;
  delete(nodeId: string, nowMs: number): void;
}

export function createMembership(): Membership {
  const rejected = new Set<string>();
  const deletedAt = new Map<string, number>();
  return {
    of(nodeId, nowMs) {
      const since = deletedAt.get(nodeId);
      if (since !== undefined && nowMs - since < HEARTBEAT_MS) return null;
      deletedAt.delete(nodeId);
      return rejected.has(nodeId) ? 'REJECTED' : 'APPROVED';
    },
    set(nodeId, state) {
      if (state === 'REJECTED') rejected.add(nodeId);
      else rejected.delete(nodeId);
    },
    delete(nodeId, nowMs) {
      rejected.delete(nodeId);
      deletedAt.set(nodeId, nowMs);
    },
  };
}
