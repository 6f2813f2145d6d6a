import { createHash } from 'node:crypto';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { BasicCheck } from './basic-check.ts';
import { decide, type LaunchReply, type LaunchRule } from './launch-policy.ts';
import { launchRequestOf, MAX_LAUNCH_BYTES, type CapacityItem } from './launch-request.ts';
import type { ReplayGuard } from './replay-guard.ts';

/** One delivery of the vendor's `compute-launch`, as it came in. */
export interface LaunchDelivery {
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as received: whoever receives them stops reading beyond `MAX_LAUNCH_BYTES`. */
  readonly body: Uint8Array;
  readonly now: EpochMs;
}

/** For which connection deliveries are taken, from whom, and how they are answered. */
export interface LaunchPolicy {
  readonly provider: ProviderKey;
  /** The account's name in the settings of the connection. */
  readonly account: string;
  readonly isAuthorized: BasicCheck;
  readonly rule: LaunchRule;
}

/** Somebody bought capacity on the vendor's marketplace that this installation is to launch. */
export interface CapacityRequested {
  readonly type: 'capacity.requested';
  /** The same for every delivery of one request, and different for the next. */
  readonly id: string;
  readonly provider: ProviderKey;
  readonly account: string;
  readonly receivedAt: EpochMs;
  readonly durationHours: number;
  /** When the reservation ends at the latest: there is no call that ends it. */
  readonly expiresAt: EpochMs;
  readonly items: readonly (CapacityItem & { readonly accepted: number })[];
  /** Instances that were promised in the answer. */
  readonly accepted: number;
}

export interface LaunchResponse {
  readonly status: 200 | 400 | 401 | 413;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: LaunchReply;
  /** What to tell subscribers: once for each request, and null for repeats and refusals. */
  readonly event: CapacityRequested | null;
}

const MS_PER_HOUR = 3_600_000;

/**
 * Answers one delivery. The vendor documents the request, the answer's two members and that HTTP Basic is supported; no
 * delivery id, timestamp or signature is known. So a delivery that says exactly what another one said within the guard's
 * window is taken for a repeat: it gets the first answer again and causes no second event. A copy that arrives later cannot
 * be told from a new purchase: only TLS and the password protect from it.
 *
 * Nothing is read of a body before its sender is known. Every authorized, readable request is answered with 200,
 * because what the vendor does with other codes is unknown.
 */
export function handleComputeLaunch(
  { headers, body, now }: LaunchDelivery,
  policy: LaunchPolicy,
  replayGuard: ReplayGuard<LaunchReply>,
): LaunchResponse {
  const { authorization } = headers;
  if (!policy.isAuthorized(typeof authorization === 'string' ? authorization : undefined)) {
    return refusal(401, 'bad credentials', { 'www-authenticate': 'Basic realm="compute-launch", charset="UTF-8"' }); // prettier-ignore
  }
  if (body.byteLength > MAX_LAUNCH_BYTES) return refusal(413, 'The body is too large.');
  const text = textOf(body);
  if (text === null) return refusal(400, 'The body is not UTF-8.');
  const request = launchRequestOf(text);
  if (typeof request === 'string') return refusal(400, request);

  const key = hash(policy.provider, policy.account, request.digest);
  const first = replayGuard.recall(key, now);
  if (first !== null) return { status: 200, headers: {}, body: first, event: null };
  const { reply, accepted } = decide(request, policy.rule);
  replayGuard.remember(key, reply, now);
  const event: CapacityRequested = {
    type: 'capacity.requested',
    id: hash(key, String(now)).slice(0, 32),
    provider: policy.provider,
    account: policy.account,
    receivedAt: now,
    durationHours: request.durationHours,
    expiresAt: epochMs(now + request.durationHours * MS_PER_HOUR),
    items: request.items.map((item, i) => ({ ...item, accepted: accepted[i] ?? 0 })),
    accepted: reply.count,
  };
  return { status: 200, headers: {}, body: reply, event };
}

function refusal(
  status: 400 | 401 | 413,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): LaunchResponse {
  return { status, headers, body: { count: 0, error }, event: null };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function textOf(body: Uint8Array): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
