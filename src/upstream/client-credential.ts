import { GridweaveError } from '../model/errors.ts';
import type { EpochMs } from '../model/time.ts';
import { bearerCredential, fingerprintOf } from './credential.ts';
import { askForToken, type Client, type Token, type TokenPlan } from './token-endpoint.ts';
import type { Credential, TokenExchange, TokenSource } from './types.ts';

/** Renewed so long before its end at most; a short-lived token at four fifths of its life. */
const MAX_MARGIN_MS = 60_000;
const MARGIN_SHARE = 0.2;
/** A client that was refused is not offered again for so long: providers lock accounts that keep trying. */
const REFUSED_MS = 5_000;
/** Renewals because of a 401 that may be made at once, and how often one more: a provider may refuse every token. */
const FORCED_AT_ONCE = 5;
const FORCED_EVERY_MS = 10_000;

interface Held {
  readonly credential: Credential;
  readonly renewAt: number;
  readonly endsAt: number;
}

/**
 * A machine's id and secret, exchanged for bearer tokens that are renewed before they end and when one is refused.
 * The fingerprint is that of the id and the secret: it stays while tokens come and go. Until the first exchange
 * `apply` adds nothing. The secrets live in closures alone.
 */
export function clientCredential(client: Client, plan: TokenPlan): Credential {
  if (client.id === '' || client.secret === '') {
    throw new GridweaveError('INVALID_ARGUMENT', 'The credential’s client id or secret is empty.', {
      field: 'credential',
    });
  }
  const fingerprint = fingerprintOf('client-credentials', `${client.id}\n${client.secret}`);
  const source = tokenSource(client, plan, fingerprint);
  return Object.freeze({
    fingerprint,
    apply: (headers: Record<string, string>) => source.applyHeld(headers),
    tokens: Object.freeze({ baseUrl: plan.baseUrl, current: source.current }),
  });
}

function tokenSource(client: Client, plan: TokenPlan, fingerprint: string) {
  let held: Held | null = null;
  let flight: Promise<Held> | null = null;
  let refusal: { readonly error: GridweaveError; readonly until: number } | null = null;
  /** Which endpoint worked last. */
  let preferred = 0;
  let forced = { left: FORCED_AT_ONCE, at: -Infinity };

  async function exchanged(exchange: TokenExchange): Promise<Token> {
    const { endpoints } = plan;
    const order = [...endpoints.slice(preferred), ...endpoints.slice(0, preferred)];
    for (const endpoint of order) {
      const token = await askForToken(endpoint, client, exchange);
      if (token === 'UNSUPPORTED') continue;
      preferred = endpoints.indexOf(endpoint);
      return token;
    }
    preferred = 0;
    throw new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${exchange.provider}" has none of the token endpoints that its kind knows. Check its url and settings.`,
      { provider: exchange.provider },
    );
  }

  async function renewed(exchange: TokenExchange): Promise<Held> {
    // Counted from before the call: a token's life begins on its way to us.
    const askedAt = exchange.clock.now();
    try {
      const { text, lifeMs } = await exchanged(exchange);
      const bearer = bearerCredential(text);
      const marginMs = Math.min(MAX_MARGIN_MS, lifeMs * MARGIN_SHARE);
      const now: EpochMs = exchange.clock.now();
      held = {
        credential: Object.freeze({ ...bearer, fingerprint }),
        // Never used up on arrival, however slow the exchange was: that would renew without end.
        renewAt: Math.max(askedAt + lifeMs - marginMs, now + 1),
        endsAt: askedAt + lifeMs,
      };
      refusal = null;
      return held;
    } catch (error) {
      if (error instanceof GridweaveError && error.code === 'UNAUTHENTICATED') {
        refusal = { error, until: exchange.clock.now() + REFUSED_MS };
      }
      throw error;
    } finally {
      flight = null;
    }
  }

  function mayForce(now: number): boolean {
    const gained = Math.max(0, Math.floor((now - forced.at) / FORCED_EVERY_MS));
    if (gained > 0) forced = { left: Math.min(FORCED_AT_ONCE, forced.left + gained), at: now };
    if (forced.left === 0) return false;
    forced = { ...forced, left: forced.left - 1 };
    return true;
  }

  async function current(exchange: TokenExchange, refused?: Credential): Promise<Credential> {
    for (;;) {
      const now = exchange.clock.now();
      const wasRefused = refused !== undefined && held?.credential === refused;
      if (held !== null && !wasRefused && now < held.renewAt) return held.credential;
      // One that has not ended yet serves when no other can be had.
      const spare = held !== null && !wasRefused && now < held.endsAt ? held.credential : null;
      if (flight === null) {
        if (refusal !== null && now < refusal.until && spare === null) throw refusal.error;
        if (wasRefused && !mayForce(now)) return refused;
      }
      const joined = flight !== null;
      flight ??= renewed(exchange);
      try {
        return (await flight).credential;
      } catch (error) {
        // Whoever started the exchange had no call left to spend; that is no concern of those who joined it.
        const code = error instanceof GridweaveError ? error.code : null;
        if (joined && code === 'CALL_BUDGET_EXCEEDED') continue;
        if (spare !== null && code !== null) return spare;
        throw error;
      }
    }
  }

  return {
    current,
    applyHeld: (headers: Record<string, string>) => held?.credential.apply(headers),
  } satisfies { current: TokenSource['current']; applyHeld(headers: Record<string, string>): void };
}
