import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GraphQLSchema } from 'graphql';
import { schema } from '../graph/schema.ts';
import { LOCAL_VIEWER } from '../model/access.ts';
import type { Identity } from './auth/identity.ts';
import { OwnCredentialFinder } from './credentials/find-own.ts';
import { missing } from './auth/refusal.ts';
import type { LiveOperations, LiveSlot } from './live/live-operations.ts';
import { useLive } from './live/use-live.ts';
import { CallerLimits, type Admission } from './limits/caller-limits.ts';
import { createDocumentCache, createErrorCache } from './limits/document-cache.ts';
import { SHAPE_LIMITS } from './limits/shape.ts';
import { useBatchLimit } from './limits/use-batch-limit.ts';
import { useBoundedJson } from './limits/use-bounded-json.ts';
import {
  DEFAULT_MAX_COST,
  useOperationLimits,
  type OperationLimitOptions,
} from './limits/use-operation-limits.ts';
import { maskError } from './mask-error.ts';
import { beginOperation, type OperationContext, type OperationDeps } from './operation-context.ts';
import { PersistedOperations } from './persisted/persisted-operations.ts';
import { usePersistedOperations } from './persisted/use-persisted-operations.ts';
import { createServices, type Services } from './services.ts';
import { faultsTo } from './telemetry/faults.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { REQUEST_ID_HEADER, requestIdFrom } from './telemetry/request-id.ts';
import { useMetrics } from './telemetry/use-metrics.ts';
import { useRequestId } from './telemetry/use-request-id.ts';
import { useTracing } from './telemetry/use-tracing.ts';
import { useErrorCodes } from './use-error-codes.ts';
import { useHttpErrors } from './use-http-errors.ts';
import { useNoIntrospection } from './use-introspection.ts';
import { useUpstreamReport } from './use-upstream-report.ts';
import { useVariableErrors } from './use-variable-errors.ts';

export interface GatewayOptions extends Omit<OperationDeps, 'onFault' | 'services'> {
  readonly log: Logger;
  /** What operations share. Default: made for this gateway alone, in memory. */
  readonly services?: Services;
  readonly maxBodyBytes: number;
  /** Every operation comes with an identity. Default: one without is done for whoever runs the gateway. */
  readonly identified?: boolean;
  /** Where they differ from the built-in ones. */
  readonly operationLimits?: Partial<OperationLimitOptions> | undefined;
  /** Operations that one request may hold, as a JSON array. Default 1: none may be one. */
  readonly maxBatch?: number | undefined;
  /** What callers may use. Default: they are not limited. */
  readonly callers?: CallerLimits | undefined;
  /** Answer questions about the schema. Default true. */
  readonly introspection?: boolean | undefined;
  /** Counts operations. Absent: nobody does. */
  readonly metrics?: Pick<Metrics, 'operations'> | undefined;
  /** Which documents are run, and how they are named. Default: all, and clients may register theirs. */
  readonly persisted?: PersistedOperations | undefined;
  /** How subscriptions begin. Absent: they are left to Yoga. */
  readonly live?: LiveOperations | undefined;
  /** Default: the graph. */
  readonly schema?: GraphQLSchema | undefined;
}

/** What a transport may hand over with a request. */
export interface TransportContext {
  readonly liveSlot?: LiveSlot;
  /** Who asks. */
  readonly identity?: Identity;
  /** What its operations draw on. Absent: nothing is counted. */
  readonly admission?: Admission;
}

export type Gateway = YogaServerInstance<TransportContext, OperationContext>;

export const GRAPHQL_PATH = '/graphql';

/** The GraphQL endpoint as a request handler, without a socket. Tests can call its `fetch` directly. */
export function createGateway(options: GatewayOptions): Gateway {
  const { log, maxBatch = 1, callers = new CallerLimits() } = options;
  const { refusals } = callers;
  const onFault = faultsTo(log);
  const services =
    options.services ?? createServices({ providers: options.providers, clock: options.clock, log, onFault });
  const deps: OperationDeps = { ...options, onFault, services };
  const live = options.live === undefined ? [] : [useLive(options.live)];
  const own = new OwnCredentialFinder();
  return createYoga<TransportContext, OperationContext>({
    schema: options.schema ?? schema,
    graphqlEndpoint: GRAPHQL_PATH,
    // GraphiQL, health and landing pages are served beside it.
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/health',
    batching: maxBatch > 1 ? { limit: maxBatch } : false,
    multipart: false,
    cors: false,
    maxRequestBodySize: options.maxBodyBytes,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createErrorCache() },
    context: ({ request, identity }) => {
      // A transport that forgot to ask must not let anybody in.
      if (identity === undefined && options.identified === true) throw missing();
      const viewer = identity?.viewer ?? LOCAL_VIEWER;
      return beginOperation(deps, request.signal, {
        viewer,
        requestId: requestIdFrom(request.headers.get(REQUEST_ID_HEADER)),
        credentials: own.find(options.providers.now, viewer, (name) => request.headers.get(name)),
      });
    },
    maskedErrors: { maskError: (error) => maskError(error, onFault) },
    plugins: [
      useRequestId(onFault),
      usePersistedOperations(options.persisted ?? new PersistedOperations({ schema: options.schema })),
      useErrorCodes(),
      useVariableErrors(),
      useTracing(),
      ...(options.metrics === undefined ? [] : [useMetrics(options.metrics.operations)]),
      useBatchLimit({ maxBatch, refusals }),
      useOperationLimits({ ...SHAPE_LIMITS, maxCost: DEFAULT_MAX_COST, ...options.operationLimits }, callers),
      ...((options.introspection ?? true) ? [] : [useNoIntrospection()]),
      useHttpErrors({ maxBodyBytes: options.maxBodyBytes, refusals }),
      useBoundedJson(refusals),
      useUpstreamReport(),
      ...live,
    ],
    // Whatever Yoga has to say about a request is a caller's doing: faults come through `onFault`.
    logging: {
      debug: () => {},
      info: (...args) => log.debug({ yoga: args }),
      warn: (...args) => log.info({ yoga: args }),
      error: (...args) => log.info({ yoga: args }),
    },
  });
}
