/** Projects and departments: the world's teams, and what was added here. */
import type { Scope } from '../installation.ts';
import { mayUse } from '../access/identity.ts';
import type { Identity } from '../access/identity.ts';
import { shareOf, uuidOf } from '../wire/ids.ts';

export interface Department {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly department: Department;
  readonly description: string;
  readonly namespace: string;
  readonly requestedNamespace: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly phase: 'Ready' | 'Deleting';
}

const ADMIN = 'admin@sandbox.example';
const DAY_MS = 24 * 3_600_000;
const PRODUCTION = ['render-farm', 'platform'];

const DEPARTMENTS: readonly Department[] = [
  { id: uuidOf('department', 'research'), name: 'research', description: 'Research groups' },
  { id: uuidOf('department', 'production'), name: 'production', description: 'What pays the bills' },
];

export function departmentsOf(): readonly Department[] {
  return DEPARTMENTS;
}

function departmentOfTeam(team: string): Department {
  const [research, production] = DEPARTMENTS;
  const found = PRODUCTION.includes(team) ? production : research;
  if (found === undefined) throw new RangeError('there are departments');
  return found;
}

const cache = new WeakMap<object, readonly Project[]>();

/** Every project, those being deleted included. */
export function projectsOf(scope: Scope): readonly Project[] {
  const known = cache.get(scope.reading) ?? readProjects(scope);
  cache.set(scope.reading, known);
  return known;
}

function readProjects(scope: Scope): readonly Project[] {
  const { site, ledger, release, createdAt } = scope;
  const teams = site.teams.map((team, index): Project => {
    const id = release.uuidProjectIds ? team.id : String(31 + index);
    const bornAt = createdAt + Math.floor(shareOf('project', team.name) * 20 * DAY_MS);
    return {
      id,
      name: team.name,
      department: departmentOfTeam(team.name),
      description: team.title,
      namespace: `runai-${team.name}`,
      requestedNamespace: null,
      createdAt: bornAt,
      updatedAt: bornAt + 90 * DAY_MS,
      createdBy: ADMIN,
      updatedBy: ADMIN,
      phase: ledger.projectDeletions.has(id) ? 'Deleting' : 'Ready',
    };
  });
  const added = [...ledger.addedProjects.values()].map((facts): Project => ({
    ...facts,
    department: DEPARTMENTS.find(({ id }) => id === facts.departmentId) ?? departmentOfTeam(facts.name),
    namespace: facts.requestedNamespace ?? `runai-${facts.name}`,
    updatedAt: facts.createdAt,
    updatedBy: facts.createdBy,
    phase: ledger.projectDeletions.has(facts.id) ? 'Deleting' : 'Ready',
  }));
  return [...teams, ...added].map((project) => {
    const edit = ledger.projectEdits.get(project.id);
    if (edit === undefined) return project;
    const { description = project.description, updatedAt, updatedBy } = edit;
    return { ...project, description, updatedAt, updatedBy };
  });
}

/** Those that the caller's roles reach; the others are silently left out. */
export function projectsFor(scope: Scope, identity: Identity): readonly Project[] {
  return projectsOf(scope).filter(({ name }) => mayUse(identity, name));
}

/** The project of a team; a team that is none of the site's (a project deleted since) keeps its name. */
export function projectNamed(scope: Scope, name: string): Project {
  return (
    projectsOf(scope).find((project) => project.name === name) ?? {
      id: uuidOf('project', name),
      name,
      department: departmentOfTeam(name),
      description: '',
      namespace: `runai-${name}`,
      requestedNamespace: null,
      createdAt: scope.createdAt,
      updatedAt: scope.createdAt,
      createdBy: ADMIN,
      updatedBy: ADMIN,
      phase: 'Deleting',
    }
  );
}
