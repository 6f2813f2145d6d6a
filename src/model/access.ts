import { createHash } from 'node:crypto';
import type { NativeKey, ProviderKey } from './ids.ts';

/** What a caller may do. `submit` and `operate` are of no use without `read`; `admin` is everything, everywhere. */
export const SCOPES = ['read', 'submit', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes, and where they hold. */
export interface Grant {
  readonly scopes: readonly Scope[];
  /** Null: at every provider. */
  readonly providers: readonly ProviderKey[] | null;
  /** Null: in every project of those providers. Otherwise only what is in one of these; what is in none is not seen. */
  readonly projects: readonly ProjectRef[] | null;
}

export interface ProjectRef {
  readonly provider: ProviderKey;
  readonly key: NativeKey;
}

/** Which projects of one provider: all of them, or these. */
export type ProjectReach = 'ALL' | ReadonlySet<NativeKey>;

const NO_PROJECTS: ReadonlySet<NativeKey> = new Set();

/**
 * Who asks, and what for: the one place where it is decided what somebody may see and do. What may not be seen does not
 * exist for them, in lists, counts, cursors, ids and events.
 */
export class Viewer {
  /** For the audit and for limits: "key:ci", "jwt:ada@example.org", "anonymous". Never a secret. */
  readonly id: string;
  readonly grants: readonly Grant[];
  /** Whom they belong to, where providers are called with credentials of tenants; null for nobody in particular. */
  readonly tenant: string | null;
  /** Equal for viewers who see the same with the same credentials: answers may be shared between them. */
  readonly sight: string;
  readonly #reaches = new Map<string, ProjectReach>();

  constructor(id: string, grants: readonly Grant[], tenant: string | null = null) {
    this.id = id;
    this.grants = grants;
    this.tenant = tenant;
    this.sight = createHash('sha256')
      .update(JSON.stringify([tenant, grants.map(sightOf).sort()]))
      .digest('base64url');
  }

  /** Whether a scope is held anywhere at all. */
  has(scope: Scope): boolean {
    return this.grants.some((grant) => holds(grant, scope));
  }

  /** Whether a scope holds for something of this provider. */
  at(scope: Scope, provider: ProviderKey): boolean {
    return this.reach(scope, provider) !== NO_PROJECTS;
  }

  /** For which projects of a provider a scope holds; an empty set when for none. */
  reach(scope: Scope, provider: ProviderKey): ProjectReach {
    const name = `${scope} ${provider}`;
    let reach = this.#reaches.get(name);
    if (reach === undefined) {
      reach = this.#reachOf(scope, provider);
      this.#reaches.set(name, reach);
    }
    return reach;
  }

  /** Whether a scope holds for an object in a project; null is an object that is in none, or in one nobody knows. */
  in(scope: Scope, provider: ProviderKey, project: NativeKey | null): boolean {
    const reach = this.reach(scope, provider);
    return reach === 'ALL' || (project !== null && reach.has(project));
  }

  /** Whether no grant hides anything from them. */
  get seesEverything(): boolean {
    return this.grants.some((grant) => holds(grant, 'read') && isEverywhere(grant));
  }

  #reachOf(scope: Scope, provider: ProviderKey): ProjectReach {
    const keys = new Set<NativeKey>();
    for (const grant of this.grants) {
      if (!holds(grant, scope)) continue;
      if (grant.scopes.includes('admin')) return 'ALL';
      if (grant.providers !== null && !grant.providers.includes(provider)) continue;
      if (grant.projects === null) return 'ALL';
      for (const project of grant.projects) if (project.provider === provider) keys.add(project.key);
    }
    return keys.size === 0 ? NO_PROJECTS : keys;
  }
}

/** Everything, for whoever runs the gateway by itself: without `auth` it listens on loopback only. */
export const EVERYTHING: readonly Grant[] = [{ scopes: ['admin'], providers: null, projects: null }];

/** A caller who has not said who they are, where nobody has to. */
export const LOCAL_VIEWER = new Viewer('anonymous', EVERYTHING);

function holds(grant: Grant, scope: Scope): boolean {
  return grant.scopes.includes(scope) || grant.scopes.includes('admin');
}

function isEverywhere({ scopes, providers, projects }: Grant): boolean {
  return scopes.includes('admin') || (providers === null && projects === null);
}

function sightOf({ scopes, providers, projects }: Grant): string {
  return JSON.stringify([
    [...scopes].sort(),
    providers === null ? null : [...providers].sort(),
    projects?.map(({ provider, key }) => `${provider}/${key}`).sort() ?? null,
  ]);
}
