/** Builds one site: its machines and people, its history, and the contract's view of it. */
import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import { startArrivals } from './arrivals.ts';
import { MACHINES, POOLS, sizeOf } from './catalogue/machines.ts';
import { teamsOf } from './catalogue/teams.ts';
import { enterJob, removeJob, rerunJob, stopJob } from './jobs.ts';
import { place } from './lifecycle.ts';
import { readLog } from './logs/tail.ts';
import { setNodeUp, startOutages } from './outages.ts';
import { schedule } from './scheduler.ts';
import type { SiteState } from './state.ts';
import { streamOf } from './state.ts';
import { createTimeline } from './timeline.ts';
import type { Site, SiteName } from './types.ts';

const HOUR = 3_600_000;

/** How lively a site is. Times in milliseconds. */
export interface SiteOptions {
  readonly startedAt: number;
  readonly historyMs: number;
  readonly historyJobs: number;
  readonly arrivalMs: number;
  readonly keepJobs: number;
  /** Mean time a node stays up; 0 or Infinity for nodes that never fail. */
  readonly nodeUpMs: number;
}

/** A site, and what only the world does with it. */
export interface SteerableSite extends Site {
  advanceTo(time: number): void;
}

/** How long a user's job takes to get in line. */
const DISPATCH_MS = 250;

export function createSite(name: SiteName, seed: number, clock: Clock, options: SiteOptions): SteerableSite {
  const historyFrom = options.startedAt - options.historyMs;
  const settle = (): void => {
    if (state.passNeeded) {
      schedule(state, (waiting, node) => {
        place(state, waiting, node);
      });
    }
  };
  const state: SiteState = {
    name,
    seed,
    timeline: createTimeline(historyFrom, settle),
    teams: teamsOf(seed, name),
    nodes: new Map(),
    free: new Map(),
    heldDown: new Set(),
    pools: new Map(),
    groups: new Map(),
    jobs: new Map(),
    executions: new Map(),
    traits: new Map(),
    plans: new Map(),
    logTails: new Map(),
    queue: [],
    passNeeded: false,
    lastJobSeq: 0,
    nameUses: new Map(),
    simulatedGroups: new Set(),
    growingGroupId: null,
    keepJobs: options.keepJobs,
  };
  furnish(state, historyFrom);
  startOutages(state, options.nodeUpMs);
  startArrivals(state, { ...options, historyFrom });
  state.timeline.runUntil(options.startedAt);

  const sync = (): void => {
    state.timeline.runUntil(clock.now());
  };
  /** Commands happen now, after everything that was due; what they free or ask for is settled at once. */
  const command = <T>(run: () => T): T => {
    sync();
    const result = run();
    settle();
    return result;
  };

  return {
    name,
    teams: state.teams,
    nodes: state.nodes,
    pools: state.pools,
    groups: state.groups,
    jobs: state.jobs,
    executions: state.executions,
    advanceTo: (time) => {
      state.timeline.runUntil(time);
    },
    submit: (spec, ids = {}) =>
      command(() => {
        const traits = { logKind: 'script', jitter: 0, simulated: false } as const;
        return enterJob(state, spec, traits, { ...ids, dispatchMs: DISPATCH_MS });
      }),
    stop: (jobId, reason) => command(() => stopJob(state, jobId, reason)),
    rerun: (jobId, reason, spec) => command(() => rerunJob(state, jobId, reason, DISPATCH_MS, spec)),
    remove: (jobId) => command(() => removeJob(state, jobId)),
    logOf: (execution) => {
      sync();
      const known = state.executions.get(execution.id);
      return known === undefined ? [] : readLog(state, known);
    },
    setNodeUp: (nodeId, up) => {
      const node = state.nodes.get(nodeId);
      if (node === undefined) {
        throw new GridweaveError('NOT_FOUND', `The ${name} site has no node ${nodeId}.`);
      }
      command(() => {
        if (up) state.heldDown.delete(nodeId);
        else state.heldDown.add(nodeId);
        setNodeUp(state, node, up);
      });
    },
  };
}

/** Sets up pools and machines. They are older than the history; a closed pool was closed within it. */
function furnish(site: SiteState, historyFrom: number): void {
  const random = streamOf(site, 'machines');
  for (const pool of POOLS[site.name]) {
    const id = streamOf(site, 'pool', pool.name).uuid();
    const nodeIds: string[] = [];
    site.pools.set(id, {
      id,
      name: pool.name,
      team: pool.team,
      profile: pool.profile,
      createdAt: historyFrom - random.int(1, 20 * 24) * HOUR,
      closedAt: pool.closed === true ? historyFrom + random.int(10, 50) * 60_000 : null,
      nodeIds,
    });
    for (const machine of MACHINES[site.name]) {
      if (machine.pool === pool.name) addMachines(site, machine, id, nodeIds, historyFrom);
    }
  }
  for (const machine of MACHINES[site.name]) {
    if (machine.pool === undefined) addMachines(site, machine, null, [], historyFrom);
  }
}

function addMachines(
  site: SiteState,
  machine: (typeof MACHINES)[SiteName][number],
  poolId: string | null,
  nodeIds: string[],
  historyFrom: number,
): void {
  for (let number = 1; number <= machine.count; number++) {
    const name = `${machine.name}-${String(number).padStart(2, '0')}`;
    const random = streamOf(site, 'node', name);
    const id = random.uuid();
    const createdAt = historyFrom - random.int(2 * HOUR, 60 * 24 * HOUR);
    const size = sizeOf(machine);
    site.nodes.set(id, {
      id,
      name,
      ...size,
      gpus: machine.gpus,
      cpuModel: machine.cpuModel,
      labels: {
        class: machine.name,
        rack: `r${random.int(1, 6)}`,
        ...(machine.gpus[0] === undefined ? {} : { gpu: machine.gpus[0].model.replaceAll(' ', '-') }),
      },
      poolId,
      createdAt,
      up: true,
      upSince: createdAt,
      running: new Set(),
    });
    site.free.set(id, { ...size, gpus: machine.gpus.length });
    nodeIds.push(id);
  }
}
