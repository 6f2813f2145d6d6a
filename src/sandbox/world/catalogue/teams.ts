/** The invented people of the sandbox. Any likeness is chance. */
import { randomOf } from '../prng.ts';
import type { SiteName, Team } from '../types.ts';

/** Who works in the simulated world. `name` is also the namespace, project or account at a provider. */
export const TEAM_NAMES = ['vision', 'genomics', 'render-farm', 'climate', 'nlp', 'platform'] as const;
export type TeamName = (typeof TEAM_NAMES)[number];

const TEAMS: Readonly<
  Record<TeamName, { readonly title: string; readonly members: readonly [string, ...string[]] }>
> = {
  vision: { title: 'Vision', members: ['mira.okafor', 'jonas.lindqvist', 'tao.brandt', 'ines.valadares'] },
  genomics: { title: 'Genomics Core', members: ['ruth.adeyemi', 'pavel.horak', 'sunniva.dahl'] },
  'render-farm': { title: 'Render Farm', members: ['camille.rousset', 'dario.bellini', 'yuki.tanabe'] },
  climate: { title: 'Climate Modelling', members: ['anouk.vermeer', 'samir.haddad', 'elin.strand'] },
  nlp: { title: 'Language Models', members: ['noor.rahimi', 'felix.grauer', 'adaeze.obi', 'leo.marchetti'] },
  platform: { title: 'Platform', members: ['kit.larsen', 'oksana.melnyk'] },
};

/** The members of a team, by its name. */
export function membersOf(team: TeamName): readonly [string, ...string[]] {
  return TEAMS[team].members;
}

/** The teams of one site; the people are the same everywhere, the ids are not. */
export function teamsOf(seed: number, site: SiteName): readonly Team[] {
  return TEAM_NAMES.map((name) => ({ id: randomOf(seed, site, 'team', name).uuid(), name, ...TEAMS[name] }));
}
