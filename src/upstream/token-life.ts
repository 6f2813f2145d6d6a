import type { EpochMs } from '../model/time.ts';

/** How long a token is used that does not tell its life, in milliseconds. A 401 ends it earlier. */
export const UNTOLD_LIFE_MS = 300_000;

/** What an answer tells about the token in it. */
export interface ToldLife {
  readonly token: string;
  /** From the answer's body; null when it is not told. */
  readonly lifetimeSeconds: number | null;
  /** The answer's `Date` header, which is the time by the clock that `exp` is counted on; null without one. */
  readonly date: string | null;
}

/** Claims of a JWT that count time, in seconds since 1970; null where they are absent or the token is no JWT. */
export function timeClaims(token: string): { readonly exp: number | null; readonly iat: number | null } {
  const [, payload, , ...more] = token.split('.');
  if (payload === undefined || more.length > 0) return { exp: null, iat: null };
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return { exp: seconds(claims, 'exp'), iat: seconds(claims, 'iat') };
  } catch {
    return { exp: null, iat: null };
  }
}

function seconds(claims: unknown, name: 'exp' | 'iat'): number | null {
  if (typeof claims !== 'object' || claims === null) return null;
  const value: unknown = (claims as Partial<Record<typeof name, unknown>>)[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/**
 * How long a token lives from the moment it arrives, in milliseconds. Only spans between times of the same clock count:
 * `exp` is held against the token's own `iat`, or the answer's `Date`, and against ours only where there is nothing
 * else. So it does not matter by how much the provider's clock and ours differ. Of several spans the shortest holds.
 */
export function lifeMs({ token, lifetimeSeconds, date }: ToldLife, receivedAt: EpochMs): number {
  const { exp, iat } = timeClaims(token);
  const told = lifetimeSeconds === null ? null : lifetimeSeconds * 1000;
  const dated = date === null ? Number.NaN : Date.parse(date);
  const sinceIssue = exp !== null && iat !== null ? (exp - iat) * 1000 : null;
  const sinceDate = exp !== null && !Number.isNaN(dated) ? exp * 1000 - dated : null;
  const claimed = positive(sinceIssue) ?? positive(sinceDate);
  const spans = [positive(told), claimed].filter((span) => span !== null);
  if (spans.length > 0) return Math.min(...spans);
  return (exp === null ? null : positive(exp * 1000 - receivedAt)) ?? UNTOLD_LIFE_MS;
}

function positive(ms: number | null): number | null {
  return ms !== null && ms > 0 ? ms : null;
}
