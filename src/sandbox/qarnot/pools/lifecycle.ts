import { randomOf } from '../../world/prng.ts';
import type { Installation } from '../store/installation.ts';
import type { PoolFacts } from '../store/ledger.ts';
import { checkBuckets, commonProblems, projectFor } from '../tasks/validate.ts';
import type { JsonObject } from '../wire/json.ts';
import { integer, isObject, text } from '../wire/json.ts';
import { invalid, refusal } from '../wire/replies.ts';
import { allPools, lookUpPool } from './facts.ts';
import { scalingProblems } from './scaling.ts';

/** Throws the 400 of a scaling request that makes no sense. */
export function checkScaling(fields: JsonObject): void {
  const problems = scalingProblems(fields);
  if (Object.keys(problems).length > 0) throw invalid(problems);
}

/** Creates a pool from canonical fields and returns its uuid. */
export function createPool(installation: Installation, fields: JsonObject, now: number): string {
  const { ledger, limits, world } = installation;
  if (text(fields['name']) === null) throw invalid({ Name: 'The Name field is required.' });
  if (text(fields['profile']) === null) throw invalid({ Profile: 'The Profile field is required.' });
  const problems = commonProblems(fields, 50);
  const shortname = text(fields['shortname']) ?? '';
  if (shortname !== '' && lookUpPool(installation, shortname) !== null) problems.push('shortname-uniqueness');
  const elastic = isObject(fields['elasticProperty']) && fields['elasticProperty']['isElastic'] === true;
  const sized = elastic || isObject(fields['scaling']);
  if (!sized && (integer(fields['instanceCount']) ?? 0) < 1) problems.push('instanceCount');
  if (problems.length > 0) throw refusal(400, `Invalid pool file. Invalid fields: ${problems.join(', ')}`);
  if (isObject(fields['scaling'])) checkScaling(fields['scaling']);
  checkBuckets(fields);
  if (allPools(installation).length >= limits.maxPool) throw refusal(403, 'Maximum number of pools reached');
  const uuid = randomOf(world.seed, 'qarnot', 'pool', ledger.created.count++, now).uuid();
  ledger.pools.set(uuid, {
    uuid,
    shortname: shortname === '' ? uuid : shortname,
    fields,
    projectUuid: projectFor(installation, fields, 'pool'),
    createdAt: now,
    closingSince: null,
    changedAt: null,
    nodeIds: null,
  });
  return uuid;
}

/** Creates a pool like another one; whatever the request does not give is inherited, but for the shortname. */
export function clonePool(
  installation: Installation,
  pool: PoolFacts,
  request: JsonObject,
  now: number,
): string {
  const given = Object.entries(request).filter(([, value]) => value !== null && value !== undefined);
  const inherited = { ...pool.fields, shortname: null, projectUuid: pool.projectUuid };
  return createPool(installation, { ...inherited, ...Object.fromEntries(given) }, now);
}

function keep(installation: Installation, pool: PoolFacts): void {
  installation.ledger.pools.set(pool.uuid, pool);
}

/** Closes a pool; one that is closing or closed stays as it is. Its tasks go on to their own end. */
export function closePool(installation: Installation, pool: PoolFacts, now: number): void {
  if (pool.closingSince === null) keep(installation, { ...pool, closingSince: now });
}

export function deletePool(installation: Installation, pool: PoolFacts): void {
  installation.ledger.pools.delete(pool.uuid);
  installation.ledger.removed.add(pool.uuid);
}

/** Takes over what an update may change; the SDKs send the whole creation object, the rest of which is ignored. */
export function updatePool(
  installation: Installation,
  pool: PoolFacts,
  request: JsonObject,
  now: number,
): void {
  const changes = ['constants', 'tags', 'elasticProperty', 'scaling'].flatMap((key) => {
    const value = request[key];
    return value === undefined || value === null ? [] : [[key, value] as const];
  });
  if (isObject(request['scaling'])) checkScaling(request['scaling']);
  keep(installation, { ...pool, fields: { ...pool.fields, ...Object.fromEntries(changes) }, changedAt: now });
}
