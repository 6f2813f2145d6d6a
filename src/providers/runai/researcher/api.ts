import { GridweaveError } from '../../../model/errors.ts';
import type { ProviderKey } from '../../../model/ids.ts';
import type { EpochMs } from '../../../model/time.ts';
import { failureForStatus } from '../../../upstream/failure.ts';
import { isSegment, path, type UpstreamPath } from '../../../upstream/path.ts';
import type { CallContext, Upstream, UpstreamResponse } from '../../../upstream/types.ts';
import { isWire, textOf, wireOf } from '../../reading.ts';
import { statusOf } from '../api.ts';
import { outcome } from '../connection.ts';
import { messageOf } from '../errors.ts';
import type { RunaiSettings } from '../settings.ts';

export interface NativeList {
  readonly rows: readonly unknown[];
  readonly receivedAt: EpochMs;
}

/** One of the spellings in which services serve their jobs. */
interface Spelling {
  /** The jobs of all projects; null where there is no such call. */
  readonly all: UpstreamPath | null;
  ofProject(name: string): { readonly where: UpstreamPath; readonly query?: Record<string, string> };
}

/** The last client used the plural, the published specification writes the singular, the oldest pages have no version. */
const SPELLINGS: readonly Spelling[] = [
  { all: path`/api/v1/jobs`, ofProject: (name) => ({ where: path`/api/v1/jobs/${name}` }) },
  { all: path`/api/v1/job`, ofProject: (name) => ({ where: path`/api/v1/job/${name}` }) },
  { all: path`/api/job`, ofProject: (name) => ({ where: path`/api/job`, query: { project: name } }) },
];

/** The calls to one cluster's Researcher service, with answers checked for their outer shape only. All of them only read. */
export class ResearcherApi {
  readonly provider: ProviderKey;
  readonly #upstream: Upstream;
  readonly #settings: RunaiSettings;
  /** What worked last: a spelling, and whether it lists the jobs of all projects at once. */
  #known: { readonly spelling: Spelling; readonly all: boolean } | null = null;

  constructor(upstream: Upstream, settings: RunaiSettings) {
    this.provider = upstream.provider;
    this.#upstream = upstream;
    this.#settings = settings;
  }

  /** All jobs of the projects in the settings, or of all: one call where the service has it, else one per project. */
  async jobs(ctx: CallContext, freshnessMs?: number): Promise<NativeList> {
    const { projects } = this.#settings;
    if (this.#known !== null) {
      const list = await outcome(() => this.#jobs(this.#known!, projects, ctx, freshnessMs));
      if (!(list instanceof GridweaveError)) return list;
      if (!isMissing(list)) throw list;
      this.#known = null;
    }
    let missing: GridweaveError | null = null;
    // Of named projects only their own jobs are asked for; one call for all comes first otherwise.
    for (const all of projects.length > 0 ? [false] : [true, false]) {
      for (const spelling of SPELLINGS) {
        const list = await outcome(() => this.#jobs({ spelling, all }, projects, ctx, freshnessMs));
        if (!(list instanceof GridweaveError)) {
          this.#known = { spelling, all };
          return list;
        }
        if (!isMissing(list)) throw list;
        missing = list;
      }
    }
    throw new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${this.provider}" has no list of jobs under "${this.#settings.researcherPath}". Check its url, and the settings researcherPath and projects.`,
      { provider: this.provider, ...(missing === null ? {} : { cause: missing }), upstream: { status: 404 } },
    );
  }

  async projects(ctx: CallContext, freshnessMs?: number): Promise<NativeList> {
    return this.#list(path`/api/v1/projects`, undefined, ctx, freshnessMs);
  }

  /** As the service spells it; null when it does not tell. The names of its members are unverified. */
  async version(ctx: CallContext): Promise<string | null> {
    const response = await this.#send(path`/api/v1/version`, undefined, ctx, 0);
    const body = wireOf(response.body);
    const info = isWire(body['data']) ? body['data'] : body;
    return textOf(info['version']) ?? textOf(info['Version']);
  }

  async #jobs(
    { spelling, all }: { readonly spelling: Spelling; readonly all: boolean },
    named: readonly string[],
    ctx: CallContext,
    freshnessMs: number | undefined,
  ): Promise<NativeList> {
    if (all && spelling.all !== null) return this.#list(spelling.all, undefined, ctx, freshnessMs);
    const names = named.length > 0 ? named : await this.#projectNames(ctx);
    const lists = await Promise.all(
      names.map((name) => {
        const { where, query } = spelling.ofProject(name);
        return this.#list(where, query, ctx, freshnessMs);
      }),
    );
    const receivedAt = lists.map((list) => list.receivedAt).sort((a, b) => a - b)[0];
    if (receivedAt === undefined) {
      throw new GridweaveError('PROVIDER_PROTOCOL', `Provider "${this.provider}" lists neither all jobs nor any project to list the jobs of.`, { provider: this.provider }); // prettier-ignore
    }
    return { rows: lists.flatMap((list) => list.rows), receivedAt };
  }

  async #projectNames(ctx: CallContext): Promise<string[]> {
    const { rows } = await this.projects(ctx);
    return rows.flatMap((row) => {
      const name = textOf(wireOf(row)['name']);
      // One that no path can hold has no list of its own; it must not cost the others theirs.
      return name !== null && isSegment(name) ? [name] : [];
    });
  }

  async #list(
    where: UpstreamPath,
    query: Record<string, string> | undefined,
    ctx: CallContext,
    freshnessMs: number | undefined,
  ): Promise<NativeList> {
    const { body, receivedAt } = await this.#send(where, query, ctx, freshnessMs);
    const rows = isWire(body) ? body['data'] : undefined;
    if (rows === null) return { rows: [], receivedAt };
    if (!Array.isArray(rows)) {
      throw new GridweaveError(
        'PROVIDER_PROTOCOL',
        `Provider "${this.provider}" sent an answer without its "data" list. Check that its url points at a Researcher service, or set mode: control-plane.`,
        { provider: this.provider },
      );
    }
    return { rows: rows as unknown[], receivedAt };
  }

  async #send(
    where: UpstreamPath,
    query: Record<string, string> | undefined,
    ctx: CallContext,
    freshnessMs: number | undefined,
  ): Promise<UpstreamResponse> {
    const { researcherPath, researcherUser } = this.#settings;
    const response = await this.#upstream.send(
      {
        method: 'GET',
        path: { path: researcherPath + where.path, route: researcherPath + where.route },
        ...(query === undefined ? {} : { query }),
        ...(researcherUser === undefined ? {} : { headers: { 'ra-user': researcherUser } }),
        ...(freshnessMs === undefined ? {} : { freshnessMs }),
      },
      ctx,
    );
    if (response.status >= 200 && response.status < 300) return response;
    throw failureForStatus(response, this.provider, messageOf(response.body));
  }
}

/** The path is not served here, as opposed to a service that fails. */
function isMissing(error: GridweaveError): boolean {
  const status = statusOf(error);
  return status === 404 || status === 405;
}
