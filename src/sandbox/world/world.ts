/**
 * Creates simulated worlds. This folder owns what happens in them; emulators read it through the contract in types.ts
 * and act on it through `Site`'s commands, and nobody else reaches in.
 *
 * What a site looks like at a time follows from the seed, its options, that time and the commands given up to then.
 * How often `sync` is called changes nothing.
 */
import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import type { SteerableSite } from './site.ts';
import { createSite } from './site.ts';
import type { SiteName, World } from './types.ts';

const HOUR = 3_600_000;

export interface WorldOptions {
  readonly seed: number;
  readonly clock: Clock;
  /** Sites to simulate. Default: Bacalhau and Qarnot. */
  readonly sites?: readonly SiteName[];
  /** Where the history meets the present, in epoch milliseconds. Default: the clock's now. */
  readonly startedAt?: number;
  /** How much history there is at the start, in milliseconds. Default 8 hours. */
  readonly historyMs?: number;
  /** Jobs that the history brings to each site. Default 300; 0 begins with an empty site. */
  readonly jobsPerSite?: number;
  /** Mean time between new jobs of a site, in milliseconds. Default 15,000; 0 or Infinity: nobody comes. */
  readonly arrivalMs?: number;
  /** Jobs a site keeps; beyond that the oldest that have ended are forgotten. Default 600, or twice `jobsPerSite`. */
  readonly keepJobsPerSite?: number;
  /** Mean time a node stays up before it fails, in milliseconds. Default 4 hours; 0 or Infinity for never. */
  readonly nodeUpMs?: number;
}

/** Creates a world with its history. Sites that are not listed do not exist in it. */
export function createWorld(options: WorldOptions): World {
  const { seed, clock, sites = ['bacalhau', 'qarnot'], jobsPerSite = 300 } = options;
  const settings = {
    startedAt: options.startedAt ?? clock.now(),
    historyMs: options.historyMs ?? 8 * HOUR,
    historyJobs: jobsPerSite,
    arrivalMs: options.arrivalMs ?? 15_000,
    keepJobs: options.keepJobsPerSite ?? Math.max(600, 2 * jobsPerSite),
    nodeUpMs: options.nodeUpMs ?? 4 * HOUR,
  };
  const built = new Map<SiteName, SteerableSite>();
  for (const name of sites) built.set(name, createSite(name, seed, clock, settings));
  return {
    seed,
    clock,
    sync: () => {
      const now = clock.now();
      for (const site of built.values()) site.advanceTo(now);
    },
    site: (name) => {
      const site = built.get(name);
      if (site === undefined) {
        throw new GridweaveError('NOT_FOUND', `This world has no ${name} site: list it in \`sites\`.`);
      }
      return site;
    },
  };
}
