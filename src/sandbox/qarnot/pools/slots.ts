import type { SimNode } from '../../world/types.ts';
import { steadyShare } from '../store/identity.ts';
import type { Installation } from '../store/installation.ts';
import type { PoolFacts } from '../store/ledger.ts';
import type { Part } from '../status/part.ts';
import { hardwareOf, isPlaced, isRunning } from '../status/part.ts';
import { tasksWhere } from '../tasks/facts.ts';
import { partsOf } from '../tasks/parts.ts';
import { integer, isObject } from '../wire/json.ts';
import { wantedSlots } from './scaling.ts';

/** How long a machine of a pool that was created here takes to be found, and then to boot. */
export const DISPATCH_MS = 2000;
export const BOOT_MS = 8000;

/** How long a closing pool takes to let go of its machines. */
export const CLOSING_MS = 3000;

export interface PoolLoad {
  readonly running: number;
  readonly queuedOrRunning: number;
}

/** The instances of the pool's tasks that run, or still have to. */
export function loadOf(installation: Installation, pool: PoolFacts, now: number): PoolLoad {
  const parts = tasksWhere(installation, { poolUuid: pool.uuid })
    .filter(({ job }) => job.endedAt === null)
    .flatMap(({ job, facts }) => partsOf(installation.site, job, facts, now));
  const running = parts.filter(({ phase }) => isRunning(phase)).length;
  const live = parts.filter(({ phase }) => phase === 'waiting' || isPlaced(phase)).length;
  return { running, queuedOrRunning: live };
}

export function slotsPerNode(pool: PoolFacts): number {
  const settings = pool.fields['multiSlotsSettings'];
  return Math.max(1, (isObject(settings) ? integer(settings['slotsPerNode']) : null) ?? 1);
}

function slot(node: SimNode, instanceId: number, since: number, until: number, down: boolean): Part {
  const elapsedMs = Math.max(0, until - since);
  const dispatched = elapsedMs >= DISPATCH_MS;
  const booted = elapsedMs >= DISPATCH_MS + BOOT_MS;
  const phase = down || !dispatched ? 'waiting' : booted ? 'executing' : 'dispatched';
  const bootMs = Math.min(BOOT_MS, Math.max(0, elapsedMs - DISPATCH_MS));
  return {
    instanceId,
    phase,
    attempt: 1,
    hardware: phase === 'waiting' ? null : hardwareOf(node),
    startedOnce: booted,
    downloadMs: bootMs * 0.3,
    environmentMs: bootMs * 0.7,
    executionMs: Math.max(0, elapsedMs - DISPATCH_MS - BOOT_MS),
    uploadMs: 0,
    progress: 0,
    preparation: bootMs / BOOT_MS,
    flavour: steadyShare(`${node.id}/${String(instanceId)}`),
  };
}

/** The machines of a pool, one instance each: the world's nodes, or borrowed likenesses for a pool created here. */
export function slotsOf(installation: Installation, pool: PoolFacts, wanted: number, now: number): Part[] {
  const { nodes } = installation.site;
  if (pool.nodeIds !== null) {
    return pool.nodeIds.flatMap((id, index) => {
      const node = nodes.get(id);
      return node === undefined
        ? []
        : [slot(node, index, Math.max(node.upSince, pool.createdAt), now, !node.up)];
    });
  }
  const models = [...nodes.values()];
  const machines = Math.ceil(wanted / slotsPerNode(pool));
  return Array.from({ length: machines }, (_, index) => index).flatMap((index) => {
    const node = models[index % models.length];
    return node === undefined ? [] : [slot(node, index, pool.createdAt, now, false)];
  });
}

/** How many slots the pool should have. */
export function targetOf(pool: PoolFacts, load: PoolLoad, now: number): number {
  const fixed = pool.nodeIds !== null && !isObject(pool.fields['scaling']);
  return fixed ? (pool.nodeIds?.length ?? 0) : wantedSlots(pool.fields, load.queuedOrRunning, now);
}
