import type { LiveResult, Loss, RefusedError, Retry } from './transport.ts';

const SOON: ReadonlySet<number> = new Set([408, 425, 502, 503, 504]);
const LATER: ReadonlySet<number> = new Set([429, 500]);

function retryAfter(status: number): Retry {
  if (SOON.has(status)) return 'SOON';
  // A page where an event stream should be: a portal that wants somebody to log in.
  return LATER.has(status) || status < 400 ? 'LATER' : 'NEVER';
}

/** What an answer that is no event stream comes to. */
export async function httpVerdict(
  response: Response,
): Promise<{ readonly errors: readonly RefusedError[]; readonly loss: Loss }> {
  const { status, statusText, headers } = response;
  const asked = Number(headers.get('retry-after') ?? Number.NaN);
  const loss: Loss = {
    message: `The answer was no event stream: ${String(status)} ${statusText}`.trimEnd(),
    retry: retryAfter(status),
    code: status,
    ...(asked > 0 ? { afterMs: asked * 1_000 } : {}),
  };
  return { errors: await errorsIn(response), loss };
}

async function errorsIn(response: Response): Promise<readonly RefusedError[]> {
  try {
    const { errors } = (await response.json()) as LiveResult;
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
}
