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
import { frameworkError, Refusal } from './wire/refusal.ts';
import type { Release } from './wire/release.ts';

export interface Match {
  readonly handler: Handler;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Router {
  /** Throws 404 for an unknown path and 405 for a known one with another method. */
  match(method: string, segments: readonly string[]): Match;
  /** The methods of a path; empty when it is unknown. */
  methods(segments: readonly string[]): readonly string[];
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
      const here = routes.filter(({ pattern }) => fits(pattern, segments));
      const found = here.find((candidate) => candidate.method === method);
      if (found !== undefined) {
        return { handler: found.handler, parameters: parametersOf(found.pattern, segments) };
      }
      throw here.length > 0 ? frameworkError(405, 'Method Not Allowed') : unknownPath(release, segments);
    },
    methods: (segments) => [
      ...new Set(routes.filter(({ pattern }) => fits(pattern, segments)).map(({ method }) => method)),
    ],
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

/** Distinguishable from a missing job by its component, so that clients can probe for newer endpoints. */
function unknownPath(release: Release, segments: readonly string[]): Refusal {
  if (release.requesterGone && segments[2] === 'requester') return frameworkError(410, 'Gone');
  if (!release.classifiedGateErrors) return frameworkError(404, 'Not Found');
  return new Refusal('The requested resource/URL was not found.', {
    status: 404,
    code: 'NotFound',
    component: 'APIServer',
    hint: `The server may be older than the client: it runs ${release.build.GitVersion}`,
    framework: true,
  });
}

/** The log endpoint without upgrade headers: what the WebSocket library of the server says to that. */
function notAnUpgrade(): Reply {
  return { status: 400, body: null, plainText: 'Bad Request\n' };
}
