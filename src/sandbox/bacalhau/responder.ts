/** From request to answer: fixed headers, the gate, routing, binding, encoding. */
import { randomBytes } from 'node:crypto';
import type { EmulatorRequest, EmulatorResponse } from '../http.ts';
import type { BacalhauAuth } from './access/gate.ts';
import { authorise, refuseChunks } from './access/gate.ts';
import { createLegacyAuth } from './access/legacy-auth.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Installation, Scope } from './installation.ts';
import { createRouter, notAnUpgrade, unsupportedUpgrade } from './routes.ts';
import { readStruct } from './wire/body.ts';
import { clientVersionRefusal } from './wire/client-version.ts';
import { encodeGoJson } from './wire/go-json.ts';
import { routedSegments } from './wire/go-path.ts';
import { Query } from './wire/query.ts';
import { errorBody, frameworkError, Refusal, ServerTimeout } from './wire/refusal.ts';

export interface Responder {
  answer(request: EmulatorRequest): Promise<EmulatorResponse>;
  /** The answer to a body above the limit, which is found before anything else is looked at. */
  tooLarge(request: EmulatorRequest): EmulatorResponse;
  /** The job whose log is to be streamed, or what stands in the way before the upgrade. */
  upgrade(request: EmulatorRequest): { readonly idOrName: string } | { readonly refusal: EmulatorResponse };
  scopeOf(request: EmulatorRequest): Scope;
}

const REDIRECTS: Readonly<Record<string, string>> = {
  '/': '/api/v1/agent/version',
  '/version': '/api/v1/agent/version',
  '/livez': '/api/v1/agent/alive',
};

type Headers = Record<string, string>;

export function createResponder(
  installation: Installation,
  auth: BacalhauAuth,
  handlerTimeoutMs: number,
): Responder {
  const { release, world } = installation;
  const router = createRouter(release, createLegacyAuth(auth));

  const scopeOf = (request: EmulatorRequest): Scope => {
    world.sync();
    return { ...installation, skewMs: request.skewMs, nowMs: world.clock.now() };
  };

  const refused = (request: EmulatorRequest, error: unknown, headers: Headers): EmulatorResponse => {
    if (!(error instanceof Refusal)) throw error;
    const { status, body } = errorBody(error, release, requestHeader(request, 'x-request-id'));
    return encoded(request, headers, { status, body });
  };

  /** Runs what is left of a request once it is past the gate, with the headers that it has from there on. */
  const pastTheGate = (request: EmulatorRequest, handle: (caller: string) => Reply): EmulatorResponse => {
    const headers = firstHeaders(request);
    try {
      refuseChunks(request, auth);
      const caller = authorise(request, auth, release);
      Object.assign(headers, versionHeaders(installation));
      const outdated = clientVersionRefusal(requestHeader(request, 'x-bacalhau-git-version'), release);
      return encoded(request, headers, outdated ?? handle(caller));
    } catch (error) {
      if (error instanceof ServerTimeout) {
        return encoded(request, firstHeaders(request), {
          status: 503,
          body: null,
          plainText: error.plainText,
        });
      }
      return refused(request, error, headers);
    }
  };

  const answer = (request: EmulatorRequest): EmulatorResponse => {
    if (request.method === 'OPTIONS') return preflight(request);
    return pastTheGate(request, (caller) => {
      const redirect = request.method === 'GET' && release.users ? REDIRECTS[request.path] : undefined;
      if (redirect !== undefined) {
        return { status: 301, body: null, plainText: '', headers: { location: redirect } };
      }
      const { handler, parameters } = router.match(request.method, routedSegments(request.rawTarget));
      return handler(exchangeOf(request, scopeOf(request), parameters, caller));
    });
  };

  return {
    answer: async (request) => {
      const response = answer(request);
      if (response.status === 503) await sleep(handlerTimeoutMs);
      return response;
    },
    scopeOf,
    tooLarge: (request) =>
      refused(request, frameworkError(413, 'Request Entity Too Large'), firstHeaders(request)),
    upgrade: (request) => {
      const segments = routedSegments(request.rawTarget);
      const idOrName = segments[4] ?? '';
      const isLog = segments.length === 6 && segments[5] === 'logs' && idOrName !== '';
      if (!isLog || request.method !== 'GET' || segments.slice(0, 4).join('/') !== JOBS) {
        return { refusal: answer(request) };
      }
      let isOpen = false;
      const refusal = pastTheGate(request, () => {
        if (request.headers.upgrade !== 'websocket') return notAnUpgrade();
        if (request.headers['sec-websocket-version'] !== '13') return unsupportedUpgrade();
        isOpen = true;
        return { body: null };
      });
      return isOpen ? { idOrName } : { refusal };
    },
  };
}

const JOBS = 'api/v1/orchestrator/jobs';

/** Does not keep the process alive: a client that waits does, and one that left is not worth it. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function exchangeOf(
  request: EmulatorRequest,
  scope: Scope,
  parameters: Exchange['parameters'],
  caller: string,
): Exchange {
  const bound = request.method === 'PUT' || request.method === 'POST' ? '' : request.query;
  const query = new Query(new URLSearchParams(bound));
  return { scope, request, parameters, query, caller, body: () => readStruct(request) };
}

function encoded(request: EmulatorRequest, headers: Headers, reply: Reply): EmulatorResponse {
  const status = reply.status ?? 200;
  const own = { ...headers, ...reply.headers };
  if (reply.plainText !== undefined) {
    const type = status === 301 ? {} : { 'content-type': 'text/plain; charset=utf-8' };
    return { status, headers: { ...own, ...type }, body: reply.plainText };
  }
  const options = { escapeHtml: reply.rawHtml !== true, pretty: request.query.has('pretty') };
  return {
    status,
    headers: { ...own, 'content-type': 'application/json' },
    body: encodeGoJson(reply.body, options),
  };
}

/** On every answer but preflights, refused ones included. */
function firstHeaders(request: EmulatorRequest): Headers {
  const given = requestHeader(request, 'x-request-id');
  const id = given === '' ? randomBytes(24).toString('base64url') : given;
  return { 'x-request-id': id, ...originHeaders(request) };
}

function originHeaders(request: EmulatorRequest): Headers {
  const allowed = request.headers.origin === undefined ? {} : { 'access-control-allow-origin': '*' };
  return { ...allowed, vary: 'Origin' };
}

/** On everything that got past the gate. */
function versionHeaders({ release }: Installation): Headers {
  const { build } = release;
  return {
    'x-bacalhau-git-version': build.GitVersion,
    'x-bacalhau-git-commit': build.GitCommit,
    // As Go prints a time, not as RFC 3339 has it.
    'x-bacalhau-build-date': build.BuildDate.replace(/T(.*)Z$/, ' $1 +0000 UTC'),
    'x-bacalhau-build-os': build.GOOS,
    'x-bacalhau-arch': build.GOARCH,
  };
}

/** Answered for every path, before anything else: no request id and no version, no credentials, no maximum age. */
function preflight(request: EmulatorRequest): EmulatorResponse {
  if (request.headers.origin === undefined) return { status: 204, headers: { vary: 'Origin' }, body: '' };
  const wanted = requestHeader(request, 'access-control-request-headers');
  return {
    status: 204,
    headers: {
      ...originHeaders(request),
      'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
      ...(wanted === '' ? {} : { 'access-control-allow-headers': wanted }),
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    },
    body: '',
  };
}

function requestHeader(request: EmulatorRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
