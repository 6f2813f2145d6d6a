import type { Viewer } from '../model/access.ts';
import type { NativeKey } from '../model/ids.ts';
import type { AnyRecord, ExecutionRecord } from '../model/records.ts';
import { servesTenant } from '../providers/access.ts';
import type { Provider, ProviderDirectory } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';
import type { Sight } from './filter.ts';

/** The providers that a viewer may know of. */
export class VisibleProviders implements ProviderDirectory {
  readonly #all: ProviderDirectory;
  readonly #viewer: Viewer;

  constructor(all: ProviderDirectory, viewer: Viewer) {
    this.#all = all;
    this.#viewer = viewer;
  }

  get all(): readonly Provider[] {
    return this.#all.all.filter((provider) => isThereFor(this.#viewer, provider));
  }

  get(key: string): Provider | null {
    const provider = this.#all.get(key);
    return provider !== null && isThereFor(this.#viewer, provider) ? provider : null;
  }
}

function isThereFor(viewer: Viewer, { key, access }: Provider): boolean {
  return viewer.at('read', key) && servesTenant(access, viewer.tenant);
}

/** Whether nothing of any of these is hidden from a viewer. */
function seesAllOf(viewer: Viewer, { all }: ProviderDirectory): boolean {
  return viewer.seesEverything && all.every(({ access }) => servesTenant(access, viewer.tenant));
}

/** All of them for a viewer who sees everything, so that most callers pay nothing. */
export function visibleTo(viewer: Viewer, all: ProviderDirectory): ProviderDirectory {
  return seesAllOf(viewer, all) ? all : new VisibleProviders(all, viewer);
}

/** A viewer's sight as a part of a filter; undefined when everything is seen. */
export function sightOf(viewer: Viewer, providers: ProviderDirectory): readonly Sight[] | undefined {
  if (viewer.seesEverything && !(providers instanceof VisibleProviders)) return undefined;
  return providers.all
    .filter(({ key }) => viewer.at('read', key))
    .map(({ key: provider }): Sight => {
      const reach = viewer.reach('read', provider);
      return { provider, projects: reach === 'ALL' ? null : [...reach].sort() };
    });
}

/** Whether a viewer may see a record. An execution must know its project: see `withProjects`. */
export function isVisible(viewer: Viewer, record: AnyRecord): boolean {
  const project = record.kind === 'project' ? record.key : (record.projectKey ?? null);
  return viewer.in('read', record.provider, project);
}

/** Executions with the projects of their jobs, which providers do not tell with them. Costs a lookup of the jobs. */
export async function withProjects(
  provider: Provider,
  executions: readonly ExecutionRecord[],
  ctx: ReadContext,
): Promise<ExecutionRecord[]> {
  const unknown = executions.filter((execution) => execution.projectKey === undefined);
  const keys = [...new Set(unknown.map(({ jobKey }) => jobKey))];
  const projects = new Map<NativeKey, NativeKey | null>();
  if (keys.length > 0) {
    const { found } = await provider.adapter.get('job', keys, ctx.call);
    for (const [key, job] of found) projects.set(key, job.projectKey);
  }
  return executions.map((execution) =>
    execution.projectKey === undefined
      ? { ...execution, projectKey: projects.get(execution.jobKey) ?? null }
      : execution,
  );
}
