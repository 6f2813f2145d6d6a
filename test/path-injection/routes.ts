import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { WireRequest } from './wiretap.ts';

/** Where a gateway may go at a provider, as "METHOD /template?names"; names are the query parameters there may be. */
const ROUTES: Readonly<Record<SandboxKind, readonly string[]>> = {
  bacalhau: [
    'GET /api/v1/orchestrator/jobs?order_by,reverse,limit,next_token,namespace,labels',
    'PUT /api/v1/orchestrator/jobs',
    'GET /api/v1/orchestrator/jobs/{}?namespace,include',
    'DELETE /api/v1/orchestrator/jobs/{}',
    'PUT /api/v1/orchestrator/jobs/{}/rerun',
    'GET /api/v1/orchestrator/jobs/{}/executions?all_job_versions',
    'GET /api/v1/orchestrator/jobs/{}/logs?execution_id,follow',
    'GET /api/v1/orchestrator/nodes?limit',
    'GET /api/v1/agent/version',
    'GET /api/v1/agent/alive',
  ],
  qarnot: [
    'POST /{tasks|jobs|pools}/{paginate|search}',
    'GET /{info|versions}',
    'GET /tasks/{uuid}/{stdout|stderr}/{number}',
    // A shortname: made of the stamp alone.
    'GET /tasks/{stamp}',
    'POST /tasks',
    'POST /tasks/{uuid}/{clone|abort}',
    'POST /jobs/{uuid}/terminate',
    'DELETE /tasks/{uuid}',
    'DELETE /jobs/{uuid}?force',
  ],
  runai: [
    'GET /api/v1/{workloads|nodes|node-pools}?filterBy,sortBy,sortOrder,offset,limit,deleted',
    'GET /api/v1/org-unit/{projects|departments}?filterBy,sortBy,sortOrder,offset,limit,verbosity',
    'GET /api/v1/workloads/pods?filterBy,sortBy,sortOrder,offset!,limit!,completed',
    'GET /api/v1/workloads/{id}',
    'GET /api/v1/workloads/{id}/pods?offset,limit',
    'GET /api/v1/workloads/{kind}/{id}',
    'POST /api/v1/workloads/{kind}',
    'POST /api/v1/workloads/batch',
    'POST /api/v1/workloads/{kind}/{id}/{suspend|resume}',
    'DELETE /api/v1/workloads/{kind}/{id}',
    'GET /api/v1/org-unit/projects/{id}',
    'GET /api/v1/clusters?verbosity!',
    'GET /api/v1/clusters/{id}/nodes?filterBy,sortBy,sortOrder,offset,limit',
    'GET /api/v1/nodes/telemetry?telemetryType!,clusterId,groupBy!',
    'POST /api/{v1|v2}/token',
    'GET /researcher/api/v1/{jobs|job|projects|version}',
    'GET /researcher/api/v1/{jobs|job}/{}',
    'GET /researcher/api/job?project',
  ],
  'charity-engine': [
    'POST /remotejobs/v2/job-create',
    'GET /remotejobs/v2/jobs/{}',
    'DELETE /remotejobs/v2/jobs/{}',
  ],
};

/** What may stand in a place of a template. Anything else that is named there stands for itself. */
const PLACES: Readonly<Record<string, string>> = {
  // One encoded segment: what a path may hold bare, or percent and two digits.
  '': "(?:[\\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+",
  uuid: '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  number: '\\d{1,10}',
  stamp: 'gridweave-[a-z2-7]{16}',
  id: '(?!(?:pods|count|telemetry|batch)\\b)[A-Za-z0-9][\\w.-]{0,127}',
  kind: 'trainings|workspaces|distributed|inferences|distributed-inferences',
};

const HEADERS = new Set([
  'host', 'connection', 'accept', 'accept-encoding', 'user-agent', 'x-request-id', 'authorization', 'content-type', 'content-length',
  'upgrade', 'sec-websocket-version', 'sec-websocket-key', 'sec-websocket-extensions',
]); // prettier-ignore

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly parameters: readonly string[];
  readonly needed: readonly string[];
}

function routeOf(spelled: string): Route {
  const [method = '', target = ''] = spelled.split(' ');
  const [template = '', names = ''] = target.split('?');
  const source = template
    .split(/[{}]/)
    .map((part, i) => (i % 2 === 0 ? part : `(?:${PLACES[part] ?? part})`))
    .join('');
  const parameters = names === '' ? [] : names.split(',');
  return {
    method,
    path: new RegExp(`^${source}$`),
    parameters: parameters.map((name) => name.replace('!', '')),
    needed: parameters.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1)),
  };
}

const KNOWN = new Map(Object.entries(ROUTES).map(([kind, routes]) => [kind, routes.map(routeOf)]));

/** What is wrong with a request to a provider of a kind; empty when it went where it may. */
export function faultsOf(request: WireRequest, kind: SandboxKind, host: string): string[] {
  const { method, target, headers } = request;
  const [path = '', query = '', ...more] = target.split('?');
  const faults: string[] = [];
  const fault = (what: string): void => void faults.push(`${what}: ${method} ${target.slice(0, 200)}`);
  if (!/^\/[\x21-\x7e]*$/.test(target) || /[#\\]/.test(target) || more.length > 0)
    fault('not a plain target');
  let decoded = path;
  for (let times = 0; times <= 2; times += 1) {
    if (/(?:^|[/\\])\.{1,2}(?:;[^/\\]*)?(?:[/\\]|$)/.test(decoded)) fault('dot segments');
    if (/\p{Cc}/u.test(decoded)) fault('control characters');
    decoded = decoded.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent);
  }
  const names = query === '' ? [] : query.split('&').map((pair) => pair.split('=', 1)[0] ?? '');
  const route = KNOWN.get(kind)?.find(
    ({ method: verb, path: known, needed }) =>
      verb === method && known.test(path) && needed.every((name) => names.includes(name)),
  );
  if (route === undefined) fault('no known route');
  for (const name of names) if (!(route?.parameters.includes(name) ?? true)) fault(`parameter ${name}`);
  if (!/^(?:[\w.~!'()*,&=-]|%[0-9A-Fa-f]{2})*$/.test(query)) fault('not an encoded query');
  const seen = headers.map(([name]) => name);
  for (const name of seen) if (!HEADERS.has(name)) fault(`header ${name}`);
  if (new Set(seen).size !== seen.length) fault('a header twice');
  if (headers.find(([name]) => name === 'host')?.[1] !== host) fault('another host');
  return faults;
}
