/**
 * The Run:ai emulator: one tenant with one cluster over the simulated world, the control plane's REST API and the
 * cluster's Researcher service on one port. It is written from the provider's documentation and shares no code with the
 * adapter; where that documentation is silent, the file that decides says so.
 *
 * wire/ spells JSON, quantities and ids, access/ issues and checks tokens, listing/ filters, sorts and pages, routing/
 * finds handlers, workloads/ pods/ nodes/ org/ clusters/ metrics/ hold the control plane's resources, researcher/ and
 * legacy/ the older APIs. Only this file is for others.
 */
import { GridweaveError } from '../../model/errors.ts';
import type { EmulatorRequest, EmulatorResponse, EmulatorServer } from '../http.ts';
import { startEmulatorServer } from '../http.ts';
import type { World } from '../world/types.ts';
import { authenticate } from './access/bearer.ts';
import type { Identity, RunaiClient } from './access/identity.ts';
import { createTokenOffice } from './access/office.ts';
import { answerTokenRequest } from './access/tokens.ts';
import { createInstallation, openScope } from './installation.ts';
import type { LimitPolicy } from './listing/page.ts';
import { finishProjectDeletions } from './org/changes.ts';
import type { RunaiVersion } from './release.ts';
import { RUNAI_VERSIONS } from './release.ts';
import { identifyResearcher } from './researcher/access.ts';
import { researcherRoutes } from './researcher/endpoints.ts';
import { errorBody } from './researcher/replies.ts';
import { createControlPlaneRouter } from './routes.ts';
import { Router } from './routing/router.ts';
import { isObject, text } from './wire/json.ts';
import type { Reply } from './wire/replies.ts';
import { Refusal, refusal } from './wire/replies.ts';
import { preemptForSubmissions } from './workloads/preempt.ts';
import { noticeJobs } from './workloads/settle.ts';

export type { RunaiClient } from './access/identity.ts';
export type { RunaiVersion } from './release.ts';

/** The credential that the sandbox accepts unless it is told another. Good for nothing else. */
export const SANDBOX_CLIENT_ID = 'sandbox-runai-client';
export const SANDBOX_CLIENT_SECRET = 'sandbox-runai-secret';

export interface RunaiEmulatorOptions {
  /** Must have a Run:ai site. */
  readonly world: World;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 2.24. */
  readonly version?: RunaiVersion;
  /** Default {@link SANDBOX_CLIENT_ID}. */
  readonly clientId?: string;
  /** Default {@link SANDBOX_CLIENT_SECRET}. */
  readonly clientSecret?: string;
  /** More credentials, each with the projects that its roles reach. */
  readonly clients?: readonly RunaiClient[];
  /** How long tokens are good, in milliseconds of the world, rounded to seconds. Default one hour. */
  readonly tokenLifetimeMs?: number;
  /** Leave `expiresIn` and `expires_in` out of token answers. Default false. */
  readonly omitExpiresIn?: boolean;
  /** What `/api/v1/token` answers to a wrong secret. Default 400. */
  readonly refusedLoginStatus?: 400 | 401;
  /** The Keycloak realm. Default `runai`. */
  readonly realm?: string;
  /** How long after its creation a workload appears in lists, in milliseconds. Default 1000. */
  readonly eventualConsistencyMs?: number;
  /** Default `none`, as a cluster is installed. */
  readonly researcherAuth?: 'bearer' | 'none';
  /** Which token the Researcher service takes with `bearer`. Default any. */
  readonly researcherToken?: 'any' | 'id' | 'access';
  /** Print `nodes` of a Researcher job as one string, as older builds did. Default false. */
  readonly researcherNodesAsText?: boolean;
  /** What a limit outside 1 to 500 does. Default `refuse`. */
  readonly limitPolicy?: LimitPolicy;
  /** Leave `actualPhase` out of typed answers. Default false. */
  readonly omitActualPhase?: boolean;
  /** Answer accepted actions without a body. Default: as the release does. */
  readonly emptyAccepted?: boolean;
  /** What a create call with a name that its project has is answered with, which is not documented. Default 409. */
  readonly duplicateNameStatus?: 400 | 409;
  /** GPU devices that the policy allows for one pod. Default 8. */
  readonly maxGpuDevices?: number;
}

/** A running emulator whose cluster can lose its connection to the control plane. */
export interface RunaiEmulator extends EmulatorServer {
  /** From now on the control plane learns nothing from the cluster: phases stand still, the cluster is Disconnected. */
  disconnectCluster(): void;
  connectCluster(): void;
}

const HOUR_MS = 3_600_000;
const MAX_BODY_BYTES = 4 * 1024 * 1024;

function response({ status, headers, body, text: plain }: Reply): EmulatorResponse {
  if (plain !== undefined) return { status, ...(headers === undefined ? {} : { headers }), body: plain };
  if (body === undefined) return { status, ...(headers === undefined ? {} : { headers }), body: '' };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Starts the emulator on a loopback socket; rejects with INVALID_ARGUMENT for a release that it does not know. */
export async function startRunaiEmulator(options: RunaiEmulatorOptions): Promise<RunaiEmulator> {
  const { world, version = '2.24' } = options;
  if (!RUNAI_VERSIONS.includes(version)) {
    const message = `The sandbox knows no Run:ai ${version}: choose one of ${RUNAI_VERSIONS.join(', ')}.`;
    throw new GridweaveError('INVALID_ARGUMENT', message, { field: 'version' });
  }
  const installation = createInstallation(world, version, {
    eventualConsistencyMs: options.eventualConsistencyMs ?? 1000,
    limitPolicy: options.limitPolicy ?? 'refuse',
    omitActualPhase: options.omitActualPhase ?? false,
    emptyAccepted: options.emptyAccepted ?? null,
    duplicateNameStatus: options.duplicateNameStatus ?? 409,
    maxGpuDevices: options.maxGpuDevices ?? 8,
    researcherNodesAsText: options.researcherNodesAsText ?? false,
  });
  const own = {
    clientId: options.clientId ?? SANDBOX_CLIENT_ID,
    clientSecret: options.clientSecret ?? SANDBOX_CLIENT_SECRET,
  };
  const office = createTokenOffice([own, ...(options.clients ?? [])], options.tokenLifetimeMs ?? HOUR_MS);
  const tokenSettings = {
    office,
    release: installation.release,
    realm: options.realm ?? 'runai',
    omitExpiresIn: options.omitExpiresIn ?? false,
    refusedLoginStatus: options.refusedLoginStatus ?? 400,
  } as const;
  const { researcherToken = 'any' } = options;
  const researcherAccess = {
    mode: options.researcherAuth ?? 'none',
    tokens: researcherToken === 'any' ? (['access', 'id'] as const) : ([researcherToken] as const),
  };
  const controlPlane = createControlPlaneRouter(installation.release);
  const researcher = new Router([researcherRoutes]);

  const dispatch = (request: EmulatorRequest, router: Router, identity: Identity): Reply => {
    const match = router.match(request.method, request.segments);
    if (match.kind === 'unknown') throw refusal(404, 'page not found');
    if (match.kind === 'wrong-method') throw refusal(405, 'Method not allowed');
    const scope = openScope(installation, request.skewMs, request.headers.host ?? '');
    noticeJobs(scope, scope.nowMs);
    if (scope.disconnectedAt === null) preemptForSubmissions(scope);
    if (scope.ledger.projectDeletions.size > 0) finishProjectDeletions(scope);
    const { query, headers, body } = request;
    return match.handler({ scope, identity, params: match.params, query, headers, body });
  };

  const answer = (request: EmulatorRequest): Reply => {
    if (request.segments[0] === 'researcher') {
      return dispatch(request, researcher, identifyResearcher(request, office, researcherAccess));
    }
    return (
      answerTokenRequest(request, tokenSettings) ??
      dispatch(request, controlPlane, authenticate(request, office))
    );
  };

  const server = await startEmulatorServer({
    kind: 'runai',
    clock: world.clock,
    seed: world.seed,
    maxBodyBytes: MAX_BODY_BYTES,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    handle: (request) => {
      try {
        return response(answer(request));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return response(request.segments[0] === 'researcher' ? inResearcherShape(error.reply) : error.reply);
      }
    },
  });
  return {
    ...server,
    disconnectCluster: () => {
      installation.disconnectedAt ??= world.clock.now();
    },
    connectCluster: () => {
      installation.disconnectedAt = null;
    },
  };
}

/** Refusals of the parts both APIs share come in the control plane's shape. */
function inResearcherShape(reply: Reply): Reply {
  const message = isObject(reply.body) && 'code' in reply.body ? text(reply.body['message']) : null;
  return message === null ? reply : { ...reply, body: errorBody(reply.status, message) };
}
