/** Which paths a release serves. Fixed words come before parameters in the same place. */
import { clusterRoutes } from './clusters/cluster.ts';
import { legacyRoutes } from './legacy/jobs.ts';
import { metricsRoutes } from './metrics/endpoints.ts';
import { nodeRoutes } from './nodes/endpoints.ts';
import { nodeTelemetry } from './nodes/telemetry.ts';
import { projectChangeRoutes } from './org/changes.ts';
import { orgRoutes, orgUnitRoutes } from './org/endpoints.ts';
import { orgTelemetryRoutes } from './org/telemetry.ts';
import { podRoutes } from './pods/endpoints.ts';
import type { Release } from './release.ts';
import { param } from './routing/call.ts';
import type { RouteTable } from './routing/router.ts';
import { Router } from './routing/router.ts';
import { ok } from './wire/replies.ts';
import { dictionaryRoutes } from './workloads/dictionaries.ts';
import { countWorkloads, listWorkloads } from './workloads/list.ts';
import { readRow } from './workloads/row.ts';
import { workloadTelemetry } from './workloads/telemetry.ts';
import { workloadEvents, workloadHistory } from './workloads/timeline-endpoints.ts';
import { typedRoutes } from './workloads/typed-endpoints.ts';
import { revisionRoutes } from './workloads/update.ts';
import { detailedView } from './workloads/view.ts';

const workloadRoutes: RouteTable = {
  'GET /api/v1/workloads': listWorkloads,
  'GET /api/v1/workloads/count': countWorkloads,
  'GET /api/v1/workloads/telemetry': workloadTelemetry,
};

const singleWorkloadRoutes: RouteTable = {
  'GET /api/v1/workloads/{id}': (call) =>
    ok(detailedView(readRow(call.scope, call.identity, param(call, 'id')), call.scope)),
  'GET /api/v1/workloads/{id}/events': workloadEvents,
  'GET /api/v1/workloads/{id}/history': workloadHistory,
};

/** The control plane's router. */
export function createControlPlaneRouter(release: Release): Router {
  return new Router([
    workloadRoutes,
    podRoutes,
    revisionRoutes,
    typedRoutes(release),
    singleWorkloadRoutes,
    { 'GET /api/v1/nodes/telemetry': nodeTelemetry },
    metricsRoutes(release),
    nodeRoutes(release),
    clusterRoutes,
    ...(release.orgUnitTelemetry ? [orgTelemetryRoutes] : []),
    orgRoutes,
    projectChangeRoutes,
    orgUnitRoutes,
    dictionaryRoutes,
    ...(release.legacyJobs ? [legacyRoutes] : []),
  ]);
}
