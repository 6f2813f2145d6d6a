import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { EpochMs } from '../../model/time.ts';
import { failureForStatus } from '../../upstream/failure.ts';
import { path, type UpstreamPath } from '../../upstream/path.ts';
import type { CallContext, Upstream, UpstreamResponse } from '../../upstream/types.ts';
import { isWire, numberOf, type Wire } from '../reading.ts';
import { messageOf } from './errors.ts';
import { pageParams, withQuery, type PageAsk, type Params } from './query.ts';

export interface NativePage {
  readonly rows: readonly unknown[];
  /** Whether the answer says that there is more. Some lists never say so. */
  readonly more: boolean;
  readonly receivedAt: EpochMs;
}

export interface NativeObject {
  readonly wire: Wire;
  readonly receivedAt: EpochMs;
}

/** The largest page any list gives. */
export const MAX_PAGE = 500;
/** Clusters, projects and pools change rarely, and many answers need them. */
const SLOW_FRESHNESS_MS = 15_000;

/** The calls to the control plane, with answers checked for their outer shape only. All of them only read. */
export class ControlPlaneApi {
  readonly provider: ProviderKey;
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.provider = upstream.provider;
    this.#upstream = upstream;
  }

  workloads(ask: PageAsk, ctx: CallContext, more: Params = {}, freshnessMs?: number): Promise<NativePage> {
    return this.#page(
      path`/api/v1/workloads`,
      'workloads',
      { ...pageParams(ask), ...more },
      ctx,
      freshnessMs,
    );
  }

  /** Null when there is none. */
  workload(id: string, ctx: CallContext, freshnessMs?: number): Promise<NativeObject | null> {
    return this.#object(path`/api/v1/workloads/${id}`, ctx, freshnessMs);
  }

  /** As it was submitted, by the endpoint of its kind. Null when there is none of that kind. */
  typedWorkload(kind: string, id: string, ctx: CallContext): Promise<NativeObject | null> {
    return this.#object(path`/api/v1/workloads/${kind}/${id}`, ctx, 0);
  }

  /** Pods of the whole tenant, finished ones included. */
  pods(ask: PageAsk, ctx: CallContext): Promise<NativePage> {
    return this.#page(path`/api/v1/workloads/pods`, 'pods', pageParams(ask), ctx);
  }

  podsOf(workloadId: string, offset: number, ctx: CallContext): Promise<NativePage> {
    return this.#page(path`/api/v1/workloads/${workloadId}/pods`, 'pods', { offset, limit: MAX_PAGE }, ctx);
  }

  nodes(ask: PageAsk, ctx: CallContext): Promise<NativePage> {
    return this.#page(path`/api/v1/nodes`, 'nodes', pageParams(ask), ctx);
  }

  /** The only way to nodes before 2.23. */
  nodesOfCluster(uuid: string, ask: PageAsk, ctx: CallContext): Promise<NativePage> {
    return this.#page(path`/api/v1/clusters/${uuid}/nodes`, 'nodes', pageParams(ask), ctx);
  }

  nodePools(ask: PageAsk, ctx: CallContext): Promise<NativePage> {
    return this.#page(path`/api/v1/node-pools`, 'nodepools', pageParams(ask), ctx, SLOW_FRESHNESS_MS);
  }

  projects(ask: PageAsk, ctx: CallContext, freshnessMs = SLOW_FRESHNESS_MS): Promise<NativePage> {
    return this.#page(path`/api/v1/org-unit/projects`, 'projects', pageParams(ask), ctx, freshnessMs);
  }

  /** Null when there is none. */
  project(id: string, ctx: CallContext): Promise<NativeObject | null> {
    return this.#object(path`/api/v1/org-unit/projects/${id}`, ctx);
  }

  departments(ask: PageAsk, ctx: CallContext): Promise<NativePage> {
    const params = { ...pageParams(ask), verbosity: 'verbose' };
    return this.#page(path`/api/v1/org-unit/departments`, 'departments', params, ctx, SLOW_FRESHNESS_MS);
  }

  /** All clusters: a bare list, without pages. */
  async clusters(ctx: CallContext, freshnessMs = SLOW_FRESHNESS_MS): Promise<NativePage> {
    const where = withQuery(path`/api/v1/clusters`, { verbosity: 'metadata' });
    const response = await this.#read(where, ctx, freshnessMs);
    if (!Array.isArray(response.body)) throw this.#offContract('clusters that are not a list');
    return { rows: response.body as unknown[], more: false, receivedAt: response.receivedAt };
  }

  /** A snapshot of one measure for every node. */
  async nodeTelemetry(
    measure: string,
    clusterId: string | undefined,
    ctx: CallContext,
  ): Promise<NativeObject> {
    const groupBy = clusterId === undefined ? ['ClusterId', 'Node'] : ['Node'];
    const where = withQuery(path`/api/v1/nodes/telemetry`, { telemetryType: measure, clusterId, groupBy });
    const response = await this.#read(where, ctx, SLOW_FRESHNESS_MS);
    if (!isWire(response.body)) throw this.#offContract('telemetry that is not an object');
    return { wire: response.body, receivedAt: response.receivedAt };
  }

  async #page(
    where: UpstreamPath,
    member: string,
    params: Params,
    ctx: CallContext,
    freshnessMs?: number,
  ): Promise<NativePage> {
    const response = await this.#read(withQuery(where, params), ctx, freshnessMs);
    const body = isWire(response.body) ? response.body : {};
    const rows = body[member];
    // Go sends null for an empty list.
    if (!Array.isArray(rows) && rows !== null) throw this.#offContract(`a page without its "${member}" list`);
    const next = numberOf(body['next']);
    const more = next !== null && next > Number(params['offset'] ?? 0);
    return { rows: (rows ?? []) as unknown[], more, receivedAt: response.receivedAt };
  }

  async #object(where: UpstreamPath, ctx: CallContext, freshnessMs?: number): Promise<NativeObject | null> {
    const fresh = freshnessMs === undefined ? {} : { freshnessMs };
    const response = await this.#upstream.send({ method: 'GET', path: where, ...fresh }, ctx);
    if (response.status === 404) return null;
    const { body, receivedAt } = this.#accepted(response);
    if (!isWire(body)) throw this.#offContract('an object that is none');
    return { wire: body, receivedAt };
  }

  async #read(where: UpstreamPath, ctx: CallContext, freshnessMs?: number): Promise<UpstreamResponse> {
    const request = {
      method: 'GET',
      path: where,
      ...(freshnessMs === undefined ? {} : { freshnessMs }),
    } as const;
    const response = await this.#upstream.send(request, ctx);
    return this.#accepted(response);
  }

  #accepted(response: UpstreamResponse): UpstreamResponse {
    if (response.status >= 200 && response.status < 300) return response;
    throw failureForStatus(response, this.provider, messageOf(response.body));
  }

  #offContract(what: string): GridweaveError {
    return new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${this.provider}" sent ${what}. Check that its url points at a Run:ai control plane, or set mode: researcher.`,
      { provider: this.provider },
    );
  }
}

/** The HTTP status behind a failure; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  return error instanceof GridweaveError ? (error.details.upstream?.status ?? null) : null;
}
