/** Which handler serves which path in this release. */
import type { LegacyAuth } from './access/legacy-auth.ts';
import * as agent from './agent/endpoints.ts';
import type { Handler, Reply } from './exchange.ts';
import { listExecutions } from './jobs/executions.ts';
import { getJob, listResults, listVersions } from './jobs/get.ts';
import { listHistory } from './jobs/history.ts';
import { listJobs } from './jobs/list.ts';
import { rerunJob, stopJob } from './jobs/stop.ts';
import { diffJob, submitJob } from './jobs/submit.ts';
import { actOnNode, getNode, listNodes } from './nodes/endpoints.ts';
import type { Release } from './wire/release.ts';
import { unknownPath } from './wire/unknown-path.ts';

export interface Match {
  readonly handler: Handler;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Router {
  /** Throws 404 for an unknown path and for an unknown method alike: there is no 405 (seen on 1.9.3). */
  match(method: string, segments: readonly string[]): Match;
}

interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly handler: Handler;
}

const JOBS = '/api/v1/orchestrator/jobs';
const NODES = '/api/v1/orchestrator/nodes';
const AGENT = '/api/v1/agent';

/** agent/license (1.7 and 1.8) has no route: the emulated node is unlicensed, which is a 404, too. */
export function createRouter(release: Release, auth: LegacyAuth): Router {
  const always: readonly (readonly [string, string, Handler])[] = [
    ['PUT', JOBS, submitJob],
    ['POST', JOBS, submitJob],
    ['GET', JOBS, listJobs],
    ['GET', `${JOBS}/:id`, getJob],
    ['DELETE', `${JOBS}/:id`, stopJob],
    ['GET', `${JOBS}/:id/history`, listHistory],
    ['GET', `${JOBS}/:id/executions`, listExecutions],
    ['GET', `${JOBS}/:id/results`, listResults],
    ['GET', `${JOBS}/:id/logs`, notAnUpgrade],
    ['GET', NODES, listNodes],
    ['GET', `${NODES}/:id`, getNode],
    ['PUT', `${NODES}/:id`, actOnNode],
    ['GET', `${AGENT}/alive`, agent.alive],
    ['GET', `${AGENT}/version`, agent.version],
    ['GET', `${AGENT}/node`, agent.node],
    ['GET', `${AGENT}/debug`, agent.debug],
    ['GET', '/api/v1/auth', auth.list],
    ['GET', '/api/v1/auth/:method', auth.get],
    ['POST', '/api/v1/auth/:method', auth.post],
  ];
  const later: readonly (readonly [boolean, string, string, Handler])[] = [
    // Before the routes with a parameter in the same place.
    [release.versionedJobs, 'PUT', `${JOBS}/diff`, diffJob],
    [release.versionedJobs, 'PUT', `${JOBS}/:id/rerun`, rerunJob],
    [release.versionedJobs, 'GET', `${JOBS}/:id/versions`, listVersions],
    [release.agentConfig !== 'absent', 'GET', `${AGENT}/config`, agent.config],
    [release.users, 'GET', `${AGENT}/authconfig`, agent.authConfig],
  ];
  const routes: readonly Route[] = [
    ...later.filter(([exists]) => exists).map(([, method, path, handler]) => route(method, path, handler)),
    ...always.map(([method, path, handler]) => route(method, path, handler)),
  ];
  return {
    match(method, segments) {
      const found = routes.find(
        (candidate) => candidate.method === method && fits(candidate.pattern, segments),
      );
      if (found === undefined) throw unknownPath(release, segments);
      return { handler: found.handler, parameters: parametersOf(found.pattern, segments) };
    },
  };
}

function route(method: string, path: string, handler: Handler): Route {
  return { method, pattern: path.split('/').slice(1), handler };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
  );
}

function parametersOf(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> {
  const pairs = pattern.flatMap((part, at) =>
    part.startsWith(':') ? [[part.slice(1), segments[at] ?? ''] as const] : [],
  );
  return Object.fromEntries(pairs);
}

/** The log endpoint without a proper upgrade: an empty 200, whether the job exists or not (seen on 1.9.3). */
export function notAnUpgrade(): Reply {
  return { body: null, plainText: '', headers: WEBSOCKET_HEADERS };
}

/** The same with a WebSocket version that is not 13. */
export function unsupportedUpgrade(): Reply {
  return { status: 400, body: null, plainText: 'Bad Request\n', headers: WEBSOCKET_HEADERS };
}

const WEBSOCKET_HEADERS = { 'sec-websocket-version': '13', 'x-content-type-options': 'nosniff' } as const;
