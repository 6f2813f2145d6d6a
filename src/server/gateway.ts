import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import { schema } from '../graph/schema.ts';
import { maskError } from './mask-error.ts';
import { beginOperation, type OperationContext, type OperationDeps } from './operation-context.ts';
import { useErrorCodes } from './use-error-codes.ts';
import { useHttpErrors } from './use-http-errors.ts';
import { useUpstreamReport } from './use-upstream-report.ts';

export interface GatewayOptions extends Omit<OperationDeps, 'onFault'> {
  readonly log: Logger;
  readonly maxBodyBytes: number;
}

export type Gateway = YogaServerInstance<object, OperationContext>;

export const GRAPHQL_PATH = '/graphql';

/** The GraphQL endpoint as a request handler, without a socket. Tests can call its `fetch` directly. */
export function createGateway(options: GatewayOptions): Gateway {
  const { log } = options;
  const onFault = (fault: unknown): void => log.error({ err: fault }, 'unexpected fault');
  const deps: OperationDeps = { ...options, onFault };
  return createYoga<object, OperationContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    // GraphiQL, health and landing pages are served beside it.
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/health',
    batching: false,
    multipart: false,
    cors: false,
    maxRequestBodySize: options.maxBodyBytes,
    context: ({ request }) => beginOperation(deps, request.signal),
    maskedErrors: { maskError: (error) => maskError(error, onFault) },
    plugins: [useErrorCodes(), useHttpErrors(), useUpstreamReport()],
    // Whatever Yoga has to say about a request is a caller's doing: faults come through `onFault`.
    logging: {
      debug: (...args) => log.debug({ yoga: args }),
      info: (...args) => log.debug({ yoga: args }),
      warn: (...args) => log.info({ yoga: args }),
      error: (...args) => log.info({ yoga: args }),
    },
  });
}
