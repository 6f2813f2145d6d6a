/** From request to answer: fixed headers, the gate, routing, binding, encoding. */
import { randomBytes } from 'node:crypto';
import type { EmulatorRequest, EmulatorResponse } from '../http.ts';
import type { BacalhauAuth } from './access/gate.ts';
import { authorise } from './access/gate.ts';
import { createLegacyAuth } from './access/legacy-auth.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Installation, Scope } from './installation.ts';
import type { Router } from './routes.ts';
import { createRouter } from './routes.ts';
import { readStruct } from './wire/body.ts';
import { clientVersionRefusal } from './wire/client-version.ts';
import { encodeGoJson } from './wire/go-json.ts';
import { Query } from './wire/query.ts';
import { errorBody, frameworkError, Refusal } from './wire/refusal.ts';

export interface Responder {
  answer(request: EmulatorRequest): EmulatorResponse;
  /** The answer to a body above the limit, which is found before anything else is looked at. */
  tooLarge(request: EmulatorRequest): EmulatorResponse;
  /** What stands in the way of a log stream before the upgrade; null when nothing does. */
  refuseUpgrade(request: EmulatorRequest): EmulatorResponse | null;
  scopeOf(request: EmulatorRequest): Scope;
}

const REDIRECTS: Readonly<Record<string, string>> = {
  '/': '/api/v1/agent/version',
  '/version': '/api/v1/agent/version',
  '/livez': '/api/v1/agent/alive',
};

type Headers = Record<string, string>;

export function createResponder(installation: Installation, auth: BacalhauAuth): Responder {
  const { release, world } = installation;
  const router = createRouter(release, createLegacyAuth(auth));

  const scopeOf = (request: EmulatorRequest): Scope => {
    world.sync();
    return { ...installation, skewMs: request.skewMs, nowMs: world.clock.now() };
  };

  const refused = (request: EmulatorRequest, error: unknown, headers: Headers): EmulatorResponse => {
    if (!(error instanceof Refusal)) throw error;
    const { status, body } = errorBody(error, release, requestHeader(request, 'x-request-id'));
    return json(request, headers, { status, body });
  };

  const answer = (request: EmulatorRequest): EmulatorResponse => {
    const headers = firstHeaders(request);
    const redirect = request.method === 'GET' && release.users ? REDIRECTS[request.path] : undefined;
    if (redirect !== undefined) return { status: 301, headers: { ...headers, location: redirect }, body: '' };
    if (request.method === 'OPTIONS') return preflight(request, router, headers);
    try {
      const caller = admitted(request, auth, installation);
      Object.assign(headers, versionHeaders(installation));
      const outdated = clientVersionRefusal(requestHeader(request, 'x-bacalhau-git-version'), release);
      if (outdated !== null) return json(request, headers, outdated);
      const { handler, parameters } = router.match(request.method, request.segments);
      const reply = handler(exchangeOf(request, scopeOf(request), parameters, caller));
      return json(request, headers, reply);
    } catch (error) {
      return refused(request, error, headers);
    }
  };

  return {
    answer,
    scopeOf,
    tooLarge: (request) =>
      refused(request, frameworkError(413, 'Request Entity Too Large'), firstHeaders(request)),
    refuseUpgrade: (request) => {
      const { segments } = request;
      const isLog = request.method === 'GET' && segments.length === 6 && segments[5] === 'logs';
      if (!isLog || segments.slice(0, 4).join('/') !== 'api/v1/orchestrator/jobs') return answer(request);
      try {
        admitted(request, auth, installation);
        return null;
      } catch (error) {
        return refused(request, error, firstHeaders(request));
      }
    },
  };
}

function admitted(request: EmulatorRequest, auth: BacalhauAuth, { release }: Installation): string {
  // The authoriser compares the bytes it reads with the length that was declared.
  if (request.headers['transfer-encoding'] !== undefined && request.body.length > 0) {
    throw frameworkError(500, 'unexpected authorization error');
  }
  return authorise(request, auth, release);
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

function json(request: EmulatorRequest, headers: Headers, reply: Reply): EmulatorResponse {
  const status = reply.status ?? 200;
  if (reply.plainText !== undefined) {
    return {
      status,
      headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
      body: reply.plainText,
    };
  }
  const options = { escapeHtml: reply.rawHtml !== true, pretty: request.query.has('pretty') };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: encodeGoJson(reply.body, options),
  };
}

/** On every answer, refused ones included. */
function firstHeaders(request: EmulatorRequest): Headers {
  const given = requestHeader(request, 'x-request-id');
  const id = given === '' ? randomBytes(24).toString('base64url') : given;
  const cors = request.headers.origin === undefined ? {} : { 'access-control-allow-origin': '*' };
  return { 'x-request-id': id, ...cors };
}

/** On everything that got past the gate. */
function versionHeaders({ release }: Installation): Headers {
  const { build } = release;
  return {
    'x-bacalhau-git-version': build.GitVersion,
    'x-bacalhau-git-commit': build.GitCommit,
    'x-bacalhau-build-date': build.BuildDate,
    'x-bacalhau-build-os': build.GOOS,
    'x-bacalhau-arch': build.GOARCH,
  };
}

/** No credentials, no maximum age, no exposed headers: browsers cannot read the version. */
function preflight(request: EmulatorRequest, router: Router, headers: Headers): EmulatorResponse {
  const wanted = requestHeader(request, 'access-control-request-headers');
  const allowed = ['OPTIONS', ...router.methods(request.segments)].join(', ');
  return {
    status: 204,
    headers: {
      ...headers,
      allow: allowed,
      'access-control-allow-methods': allowed,
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
