/**
 * The vendor's side of its one documented outbound call: somebody bought capacity that belongs to an outside provider,
 * and the vendor asks that provider to start it. For tests, and for people who develop the endpoint.
 */
import { GridweaveError } from '../../../model/errors.ts';
import { readAnswer } from './read-answer.ts';

/** One instance type and how many of it. No member is published upstream; these two are a guess. */
export interface ComputeCapacity {
  readonly instanceType?: string;
  readonly count?: number;
  readonly [member: string]: unknown;
}

export interface ComputeLaunch {
  /** One entry for each instance type. */
  readonly capacity: readonly ComputeCapacity[];
  /** The longest time, in hours, for which the capacity is reserved. */
  readonly duration: number;
}

export interface ComputeLaunchOptions {
  /** The whole address: whether the vendor appends the operation's name to it is unknown, so nothing is appended. */
  readonly url: string;
  /** HTTP Basic. Default: the user and password of the URL; without either, no credential is sent. */
  readonly user?: string;
  readonly password?: string;
  /** Sent as it is, so that an endpoint can be tried with a payload that no vendor would send. */
  readonly payload: ComputeLaunch | Readonly<Record<string, unknown>>;
  /** Default 10,000. The vendor's own is unknown. */
  readonly timeoutMs?: number;
}

/** What the endpoint answered. */
export interface ComputeLaunchAnswer {
  readonly status: number;
  /** How many instances it says it started; null when it says none, or nothing that can be read. */
  readonly count: number | null;
  readonly error: string | null;
  /** The text of the answer, up to 64 KiB. */
  readonly body: string;
}

function targetOf(options: ComputeLaunchOptions): { readonly url: URL; readonly basic: string | null } {
  let url: URL;
  try {
    url = new URL(options.url);
  } catch {
    throw new GridweaveError('INVALID_ARGUMENT', 'The callback needs an absolute http(s) URL.', {
      field: 'url',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new GridweaveError('INVALID_ARGUMENT', 'The callback goes to http or https only.', {
      field: 'url',
    });
  }
  const user = options.user ?? decodeURIComponent(url.username);
  const password = options.password ?? decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return { url, basic: user === '' && password === '' ? null : `${user}:${password}` };
}

/**
 * Posts the callback and tells what came back, whatever its status. Redirects are not followed: the credential belongs
 * to this URL. Rejects with PROVIDER_UNAVAILABLE or PROVIDER_TIMEOUT when nothing comes back.
 */
export async function sendComputeLaunch(options: ComputeLaunchOptions): Promise<ComputeLaunchAnswer> {
  const { url, basic } = targetOf(options);
  const { timeoutMs = 10_000 } = options;
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(basic === null ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
      },
      body: JSON.stringify(options.payload),
    });
    return await readAnswer(response);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      const message = `The callback's endpoint did not answer within ${timeoutMs} ms.`;
      throw new GridweaveError('PROVIDER_TIMEOUT', message, { cause });
    }
    const message = 'The callback could not be delivered: check that the endpoint listens.';
    throw new GridweaveError('PROVIDER_UNAVAILABLE', message, { cause });
  }
}
