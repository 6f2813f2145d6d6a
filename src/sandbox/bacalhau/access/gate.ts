/** Who may call what: open to everybody, or users with capabilities (from 1.7). */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmulatorRequest } from '../../http.ts';
import { frameworkError, Refusal } from '../wire/refusal.ts';
import type { Release } from '../wire/release.ts';

/** Actions like `read:job`, `write:node`, or the wildcards `read:*`, `write:*`, `*`. */
export type Capabilities = readonly string[];

export type BacalhauAuth =
  | { readonly mode: 'open' }
  | {
      readonly mode: 'users';
      /** Capabilities by key. */
      readonly apiKeys: Readonly<Record<string, Capabilities>>;
      /** By user name, which is compared without regard to case. */
      readonly basic?: Readonly<
        Record<string, { readonly password: string; readonly capabilities: Capabilities }>
      >;
    };

interface User {
  readonly name: string;
  readonly capabilities: Capabilities;
}

/** Returns the caller's name, empty when nobody has to say who they are; throws 401 and 403. */
export function authorise(request: EmulatorRequest, auth: BacalhauAuth, release: Release): string {
  const needed = capabilityFor(request.method, request.path);
  if (needed === null) return '';
  if (request.expired) throw unauthorised(release, 'token has expired');
  if (auth.mode === 'open') return '';
  const user = userOf(request.headers.authorization, auth, release);
  if (!mayDo(user.capabilities, needed)) {
    throw refusalOf(release, 403, `user '${user.name}' does not have the required capability '${needed}'`);
  }
  return user.name;
}

const OPEN = [
  '/api/v1/auth',
  '/api/v1/version',
  '/api/v1/agent/alive',
  '/api/v1/agent/version',
  '/api/v1/agent/authconfig',
];

const RESOURCES = [
  ['/api/v1/agent', 'agent'],
  ['/api/v1/orchestrator/jobs', 'job'],
  ['/api/v1/orchestrator/nodes', 'node'],
] as const;

/** By longest prefix; null for what is open to all. Anything unknown needs `write:node`, whatever the method. */
function capabilityFor(method: string, path: string): string | null {
  const isUnder = (prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
  if (OPEN.some(isUnder)) return null;
  const resource = RESOURCES.find(([prefix]) => isUnder(prefix))?.[1];
  if (resource === undefined) return 'write:node';
  return `${method === 'GET' ? 'read' : 'write'}:${resource}`;
}

/** Writing does not imply reading. */
function mayDo(capabilities: Capabilities, needed: string): boolean {
  const [verb] = needed.split(':');
  return capabilities.some((held) => held === '*' || held === needed || held === `${verb}:*`);
}

function userOf(
  header: string | undefined,
  auth: Extract<BacalhauAuth, { mode: 'users' }>,
  release: Release,
): User {
  if (header === undefined || header === '') throw unauthorised(release, 'Missing Authorization header');
  // Schemes are compared with their case, and one space.
  if (header.startsWith('Bearer ')) {
    const given = header.slice('Bearer '.length);
    // What looks like a JWT is never looked for among the keys.
    if (JWT.test(given)) throw unauthorised(release, 'OAuth2 authentication not configured on server');
    const entries = Object.entries(auth.apiKeys);
    const at = entries.findIndex(([key]) => sameSecret(key, given));
    const found = entries[at];
    if (found === undefined) throw unauthorised(release, 'invalid API key');
    // A name that says which key it was, and not what it is.
    return { name: `api-key-${at + 1}`, capabilities: found[1] };
  }
  if (header.startsWith('Basic ')) {
    const given = header.slice('Basic '.length);
    if (!BASE64.test(given)) throw unauthorised(release, 'failed to decode basic auth credentials');
    const text = Buffer.from(given, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(0, colon)).toLowerCase();
    const found = Object.entries(auth.basic ?? {}).find(([user]) => user.toLowerCase() === name);
    if (found === undefined || !sameSecret(found[1].password, text.slice(colon + 1))) {
      throw unauthorised(release, 'invalid basic auth credentials');
    }
    return { name: found[0], capabilities: found[1].capabilities };
  }
  throw unauthorised(release, 'unsupported authentication method');
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function unauthorised(release: Release, reason: string): Refusal {
  return refusalOf(release, 401, reason);
}

/** There is one on every 401 and 403 of 1.9.3; these are not its words. */
const HINTS = {
  401: 'Send a credential that this server knows.',
  403: 'Ask for a user who may do this.',
} as const;

/**
 * Without users, the authoriser compares the bytes it reads with the length that was declared, which a chunked body
 * has not. With users it reads no body, and chunks are fine.
 */
export function refuseChunks(request: EmulatorRequest, auth: BacalhauAuth): void {
  if (auth.mode === 'users') return;
  if (request.headers['transfer-encoding'] === undefined || request.body.length === 0) return;
  throw new Refusal('unexpected authorization error', {
    status: 500,
    code: 'InternalError',
    component: 'Authorizer',
    hint: "The reason is in the orchestrator's log.",
    framework: true,
  });
}

function refusalOf(release: Release, status: 401 | 403, reason: string): Refusal {
  if (!release.classifiedGateErrors) {
    const prefix = status === 401 ? 'Invalid token.' : 'Access denied.';
    return frameworkError(status, `${prefix} ${reason}`);
  }
  const word = status === 401 ? 'Unauthorized' : 'Forbidden';
  return new Refusal(`Request ${word}`, {
    status,
    code: word,
    component: 'Authorizer',
    hint: HINTS[status],
    details: { reason },
    framework: true,
  });
}
