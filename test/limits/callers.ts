import { HandClock } from '../auth/clock.ts';
import { CallerLimits } from '../../src/server/limits/caller-limits.ts';
import { NO_CALLER_RULES, type CallerRules } from '../../src/server/limits/caller-rules.ts';

/** Limits with these rules alone, on a clock that stands still. */
export function limitedTo(rules: Partial<CallerRules>): { callers: CallerLimits; clock: HandClock } {
  const clock = new HandClock();
  return { callers: new CallerLimits({ ...NO_CALLER_RULES, ...rules }, clock), clock };
}

export interface Refused {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** Sends a body to the graph. */
export function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });
}

/** The first error of an answer that has no data. */
export async function refusalIn(response: Response): Promise<Refused> {
  const { data, errors = [] } = (await response.json()) as Body;
  const [error] = errors;
  if (data != null || error === undefined)
    throw new Error(`it was not refused: HTTP ${String(response.status)}`);
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, ...error };
}
