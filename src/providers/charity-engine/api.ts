import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { EpochMs } from '../../model/time.ts';
import { path } from '../../upstream/path.ts';
import type { CallContext, CredentialPlacement, Upstream, UpstreamRequest } from '../../upstream/types.ts';
import { isWire, type Wire } from '../reading.ts';
import type { Endpoint } from './endpoints.ts';
import { complaintOf, failureOf, offContract } from './errors.ts';
import { jobRowsOf, type JobRows } from './wire.ts';

/** The member of a body that holds the secret; the one thing about authentication that the vendor documents. */
const AUTHENTICATOR = 'authenticator';
/** Longer lists of ids are divided before they are sent: servers refuse a request line of more than 8 kB or so. */
const MAX_IDS_LENGTH = 4_000;

export interface StatusAnswer {
  readonly rows: JobRows;
  readonly observedAt: EpochMs;
}

/** The one call that reads: the states of jobs by their ids. */
export class StatusApi {
  readonly provider: ProviderKey;
  /** Most ids to a call. */
  readonly batch: number;
  readonly #upstream: Upstream;
  readonly #endpoint: Endpoint;
  #hasWorked = false;

  constructor(upstream: Upstream, endpoint: Endpoint, batch: number) {
    this.provider = upstream.provider;
    this.batch = batch;
    this.#upstream = upstream;
    this.#endpoint = endpoint;
  }

  /** How many of the ids, from the first on, fit into one call. At least one. */
  fitting(ids: readonly string[]): number {
    let length = 0;
    let count = 0;
    for (const id of ids.slice(0, this.batch)) {
      length += encoded(id).length + 1;
      if (length > MAX_IDS_LENGTH && count > 0) break;
      count += 1;
    }
    return count;
  }

  /** Asks for jobs. What the answer leaves out does not exist, or is not told. */
  async status(ids: readonly string[], ctx: CallContext, freshnessMs?: number): Promise<StatusAnswer> {
    const where = targetOf(this.#endpoint, ids);
    const response = await this.#upstream.send(
      {
        ...where,
        method: this.#endpoint.method,
        readOnly: true,
        // The content type of answers is not documented, and a refusal may come as a success.
        decode: 'text',
        refusesWithSuccess: true,
        headers: { accept: 'application/json' },
        credentialIn: placementOf(this.#endpoint),
        ...(freshnessMs === undefined ? {} : { freshnessMs }),
      },
      ctx,
    );
    const success = response.status >= 200 && response.status < 300;
    const answer = parsedObject(response.body);
    const complaint = complaintOf(answer);
    if (!success || complaint !== null || (answer !== null && answer['success'] === false)) {
      const { route } = where.path;
      throw failureOf(response, complaint, this.provider, { route, hasWorked: this.#hasWorked });
    }
    if (answer === null)
      throw offContract(this.provider, 'something that is no JSON object', response.status);
    const rows = jobRowsOf(answer, ids);
    if (rows === null) throw offContract(this.provider, 'an object without jobs', response.status);
    this.#hasWorked = true;
    return { rows, observedAt: response.receivedAt };
  }
}

function encoded(id: string): string {
  // Behind its slash stands exactly one encoded segment.
  return path`/${id}`.path.slice(1);
}

/** Path, query and body of a call about jobs. The base URL's own path stays before it. */
export function targetOf(
  { method, path: template, idsField }: Endpoint,
  ids: readonly string[],
): Pick<UpstreamRequest, 'path' | 'query' | 'body'> {
  const list = ids.map(encoded).join(',');
  const target = { path: `/${template.replace('{ids}', () => list)}`, route: `/${template}` };
  const inPath = template.includes('{ids}');
  if (method === 'GET') return { path: target, ...(inPath ? {} : { query: { [idsField]: ids.join(',') } }) };
  return { path: target, body: inPath ? {} : { [idsField]: ids } };
}

export function placementOf({ auth }: Endpoint): CredentialPlacement {
  return {
    headers: auth === 'bearer' || auth === 'body+bearer',
    bodyMember: auth === 'body' || auth === 'body+bearer' ? AUTHENTICATOR : null,
  };
}

/** The JSON object that an answer is, whatever its content type says; null for anything else. */
export function parsedObject(body: unknown): Wire | null {
  if (typeof body !== 'string') return null;
  try {
    const value: unknown = JSON.parse(body);
    return isWire(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a failed call for many jobs may have failed because of one of them. */
export function mayBeOneJob(error: unknown): boolean {
  if (!(error instanceof GridweaveError)) return false;
  const { upstream } = error.details;
  switch (error.code) {
    case 'NOT_FOUND':
    case 'PROVIDER_REFUSED':
      return true;
    case 'PROVIDER_UNAVAILABLE':
      return upstream?.status === 500;
    case 'PROVIDER_PROTOCOL':
      // Below HTTP: an answer larger than is read, for one, and every job brings its whole log.
      return upstream === undefined;
    default:
      return false;
  }
}
