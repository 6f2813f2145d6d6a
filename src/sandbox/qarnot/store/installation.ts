import type { Site, World } from '../../world/types.ts';
import type { Ledger } from './ledger.ts';
import { wireDate } from '../wire/scalars.ts';
import { uuidOf } from './identity.ts';

/** How many of each the account may have; reaching one is the 403 that the Python SDK recognises by its text. */
export interface AccountLimits {
  readonly maxTask: number;
  readonly maxPool: number;
  readonly maxJob: number;
  readonly maxInstances: number;
  readonly maxCores: number;
}

export const DEFAULT_LIMITS: AccountLimits = {
  maxTask: 100_000,
  maxPool: 1000,
  maxJob: 10_000,
  maxInstances: 4096,
  maxCores: 32_768,
};

/** One emulated Qarnot: the world's site, and what users did to it here. */
export interface Installation {
  readonly world: World;
  readonly site: Site;
  readonly ledger: Ledger;
  readonly email: string;
  readonly limits: AccountLimits;
  /** How much of each stream is kept, in characters. The service's own size is not documented. */
  readonly outputBufferLength: number;
  /** Output bodies as JSON strings instead of raw text: the sources disagree on which one the service sends. */
  readonly quotedStdout: boolean;
}

/** "Now" of one request, and how it writes dates: a skewed clock shows in both. */
export interface Moment {
  /** The world's clock, in epoch milliseconds. */
  readonly now: number;
  readonly skewMs: number;
}

/** Writes dates by the clock of this request. */
export function dates({ skewMs }: Moment): (ms: number | null) => string {
  return (ms) => wireDate(ms === null ? null : ms + skewMs);
}

export interface Project {
  readonly uuid: string;
  readonly name: string;
  readonly slug: string;
  /** The world's team. */
  readonly team: string;
}

/** Projects are the world's teams; the first is the default one. */
export function projectsOf(installation: Installation): Project[] {
  return installation.site.teams.map((team) => ({
    uuid: uuidOf(team.id),
    name: team.title,
    slug: team.name,
    team: team.name,
  }));
}

/** The project of a team, named by its name or its id. */
export function projectOfTeam(installation: Installation, team: string): string {
  const found = installation.site.teams.find(({ id, name }) => name === team || id === team);
  return uuidOf(found?.id ?? team);
}
