/** The nodes the orchestrator has on record: its own, which runs nothing, and every compute node of the site. */
import type { SimNode } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { wireNodeId } from '../wire/ids.ts';
import type { MembershipState } from './membership.ts';

export interface RosterEntry {
  /** As on the wire. */
  readonly id: string;
  /** Null for the orchestrator-only node. */
  readonly node: SimNode | null;
  readonly membership: MembershipState;
  readonly connected: boolean;
  /** Not connected because it was rejected, or was until a moment ago. */
  readonly shutOut: boolean;
}

/** Nodes whose record was deleted are absent until they register again. */
export function rosterOf(scope: Scope): readonly RosterEntry[] {
  const compute = [...scope.site.nodes.values()].flatMap((node): RosterEntry[] => {
    const membership = scope.membership.of(node.id, scope.nowMs);
    if (membership === null) return [];
    const shutOut = scope.membership.isShutOut(node.id, scope.nowMs);
    return [{ id: wireNodeId(node.id), node, membership, connected: node.up && !shutOut, shutOut }];
  });
  return [ownEntry(scope), ...compute];
}

/** The orchestrator's own record. */
export function ownEntry({ orchestratorId }: Scope): RosterEntry {
  return { id: orchestratorId, node: null, membership: 'APPROVED', connected: true, shutOut: false };
}
