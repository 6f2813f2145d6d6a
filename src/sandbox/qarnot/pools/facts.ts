import type { SimPool } from '../../world/types.ts';
import { byUuid, uuidOf } from '../store/identity.ts';
import type { Installation } from '../store/installation.ts';
import { projectOfTeam } from '../store/installation.ts';
import type { PoolFacts } from '../store/ledger.ts';
import { noSuch } from '../wire/replies.ts';

function factsFromWorld(installation: Installation, pool: SimPool): PoolFacts {
  const uuid = uuidOf(pool.id);
  return {
    uuid,
    shortname: uuid,
    fields: { name: pool.name, profile: pool.profile, instanceCount: pool.nodeIds.length, tags: [pool.team] },
    projectUuid: projectOfTeam(installation, pool.team),
    createdAt: pool.createdAt,
    closingSince: pool.closedAt,
    changedAt: null,
    nodeIds: pool.nodeIds,
  };
}

function withNodes(installation: Installation, facts: PoolFacts): PoolFacts {
  const pool = facts.nodeIds === null ? undefined : byUuid(installation.site.pools, facts.uuid);
  return pool === undefined ? facts : { ...facts, nodeIds: pool.nodeIds };
}

/** Every pool that is not deleted. */
export function allPools(installation: Installation): PoolFacts[] {
  const { ledger, site } = installation;
  const worlds = [...site.pools.values()]
    .map((pool) => factsFromWorld(installation, pool))
    .filter(({ uuid }) => !ledger.pools.has(uuid) && !ledger.removed.has(uuid));
  return [...worlds, ...[...ledger.pools.values()].map((facts) => withNodes(installation, facts))];
}

/** The pool with this uuid or shortname; throws the 404. */
export function findPool(installation: Installation, id: string): PoolFacts {
  const pool = lookUpPool(installation, id);
  if (pool === null) throw noSuch('pool', id);
  return pool;
}

export function lookUpPool(installation: Installation, id: string): PoolFacts | null {
  const { ledger, site } = installation;
  const known =
    ledger.pools.get(id.toLowerCase()) ?? [...ledger.pools.values()].find((pool) => pool.shortname === id);
  if (known !== undefined) return withNodes(installation, known);
  const pool = byUuid(site.pools, id);
  if (pool === undefined || ledger.removed.has(uuidOf(pool.id))) return null;
  return factsFromWorld(installation, pool);
}
