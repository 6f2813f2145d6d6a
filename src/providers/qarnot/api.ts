import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { EpochMs } from '../../model/time.ts';
import { failureForStatus } from '../../upstream/failure.ts';
import { path, type UpstreamPath } from '../../upstream/path.ts';
import type { CallContext, Upstream, UpstreamRequest, UpstreamResponse } from '../../upstream/types.ts';
import { isWire, textOf, type Wire } from '../reading.ts';
import { messageOf } from './errors.ts';
import type { NativeFilter } from './filter.ts';
import { camelKeys } from './wire.ts';

export type Collection = 'tasks' | 'jobs' | 'pools';

export interface PageAsk {
  readonly filter: NativeFilter | null;
  readonly token: string | null;
  readonly maximumResults: number;
  readonly orderType: 'ASC' | 'DESC';
}

export interface NativePage {
  readonly rows: readonly unknown[];
  /** Continues this walk; null when the list ended. */
  readonly nextToken: string | null;
  readonly receivedAt: EpochMs;
}

const PAGINATE: Readonly<Record<Collection, UpstreamPath>> = {
  tasks: path`/tasks/paginate`,
  jobs: path`/jobs/paginate`,
  pools: path`/pools/paginate`,
};
const SEARCH: Readonly<Record<Collection, UpstreamPath>> = {
  tasks: path`/tasks/search`,
  jobs: path`/jobs/search`,
  pools: path`/pools/search`,
};
/** The account changes rarely, and many lists need to know its default project. */
const ACCOUNT_FRESHNESS_MS = 60_000;

/** What tells an account from any other JSON object: one of these is in every version of it. */
const ACCOUNT_MEMBERS = ['email', 'maxTask', 'computingQuotas', 'projects'];

/** The calls the adapter makes, with answers checked for their outer shape only. All of them only read. */
export class QarnotApi {
  readonly provider: ProviderKey;
  readonly #upstream: Upstream;
  readonly #prefix: string;

  constructor(upstream: Upstream, pathPrefix: string) {
    this.provider = upstream.provider;
    this.#upstream = upstream;
    this.#prefix = pathPrefix;
  }

  /** One page, by creation date. The default order is not documented, so it is always named. */
  async paginate(collection: Collection, ask: PageAsk, ctx: CallContext): Promise<NativePage> {
    const body = { ...ask, orderBy: 'creationDate' };
    const response = await this.#read(
      { method: 'POST', path: PAGINATE[collection], body, readOnly: true },
      ctx,
    );
    const answer = camelEnvelope(response.body);
    const rows = answer?.['data'];
    if (answer === null || !Array.isArray(rows)) throw this.#offContract('a page without its "data" list');
    // The SDKs stop on either sign, so either one ends the list.
    const nextToken = answer['isTruncated'] === true ? textOf(answer['nextToken']) : null;
    return { rows, nextToken, receivedAt: response.receivedAt };
  }

  /** Whole objects that match; the service's own maximum is not documented, so callers ask for few. */
  async search(
    collection: Collection,
    filter: NativeFilter,
    maximumResults: number,
    ctx: CallContext,
    freshnessMs?: number,
  ): Promise<{ readonly rows: readonly unknown[]; readonly receivedAt: EpochMs }> {
    const body = { filter, maximumResults };
    const response = await this.#read(
      {
        method: 'POST',
        path: SEARCH[collection],
        body,
        readOnly: true,
        ...(freshnessMs === undefined ? {} : { freshnessMs }),
      },
      ctx,
    );
    if (!Array.isArray(response.body)) throw this.#offContract('a search result that is not a list');
    return { rows: response.body as unknown[], receivedAt: response.receivedAt };
  }

  /** The account: quotas and, on newer services, its projects. */
  async account(ctx: CallContext): Promise<{ readonly wire: Wire; readonly receivedAt: EpochMs }> {
    const response = await this.#read(
      { method: 'GET', path: path`/info`, freshnessMs: ACCOUNT_FRESHNESS_MS },
      ctx,
    );
    const wire = camelEnvelope(response.body);
    if (wire === null || !ACCOUNT_MEMBERS.some((member) => member in wire))
      throw this.#offContract('something else than account information');
    return { wire, receivedAt: response.receivedAt };
  }

  /** The API versions the service offers. Needs no token. */
  async versions(ctx: CallContext): Promise<unknown> {
    return (await this.#read({ method: 'GET', path: path`/versions`, freshnessMs: 0 }, ctx)).body;
  }

  /** What is still buffered of one instance's output; null when the service has none (404). */
  async output(
    taskUuid: string,
    stream: 'stdout' | 'stderr',
    instanceId: number,
    ctx: CallContext,
  ): Promise<UpstreamResponse | null> {
    const where =
      stream === 'stdout'
        ? path`/tasks/${taskUuid}/stdout/${instanceId}`
        : path`/tasks/${taskUuid}/stderr/${instanceId}`;
    // A shared, older answer would be shorter than what a reader has already seen.
    const response = await this.#send({ method: 'GET', path: where, decode: 'text', freshnessMs: 0 }, ctx);
    if (response.status === 404) return null;
    return this.#accepted(response);
  }

  async #read(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse> {
    const response = await this.#send(request, ctx);
    if (response.status === 404) {
      // These paths name no object: what is missing is the API itself.
      throw new GridweaveError(
        'PROVIDER_PROTOCOL',
        `Provider "${this.provider}" has no ${this.#prefix}${request.path.route} (HTTP 404). Check its url, and the pathPrefix setting.`,
        { provider: this.provider, upstream: { status: 404 } },
      );
    }
    return this.#accepted(response);
  }

  async #send(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse> {
    const { path: native } = request;
    const prefixed = { path: this.#prefix + native.path, route: this.#prefix + native.route };
    return await this.#upstream.send({ ...request, path: prefixed }, ctx);
  }

  #accepted(response: UpstreamResponse): UpstreamResponse {
    if (response.status >= 200 && response.status < 300) return response;
    throw failureForStatus(response, this.provider, messageOf(response.body));
  }

  #offContract(what: string): GridweaveError {
    return new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${this.provider}" sent ${what}. Check that its url points at Qarnot's compute API.`,
      { provider: this.provider },
    );
  }
}

function camelEnvelope(body: unknown): Wire | null {
  return isWire(body) ? camelKeys(body) : null;
}
