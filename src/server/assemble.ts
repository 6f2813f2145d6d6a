import { randomUUID } from 'node:crypto';
import { resolveLive } from '../graph/live/resolve-live.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { NOTHING_OWN } from './credentials/own-credentials.ts';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
import type { LiveLimits } from './live/live-limits.ts';
import type { Viewer as LiveViewer } from './live/live-operation.ts';
import { LiveOperations } from './live/live-operations.ts';
import { LiveTransports } from './live/live-transports.ts';
import { beginOperation, type OperationContext, type OperationDeps } from './operation-context.ts';
import { PersistedOperations } from './persisted/persisted-operations.ts';
import type { Services } from './services.ts';
import type { OnFault } from './telemetry/faults.ts';

export interface AssembleOptions extends Omit<GatewayOptions, 'live' | 'services'> {
  readonly services: Services;
  readonly onFault: OnFault;
  /** Origins of pages, beside its own, that may open a WebSocket. */
  readonly allowedOrigins?: readonly string[];
  /** Says who asks. Default: everybody is whoever runs the gateway. */
  readonly authenticator?: Authenticator;
  /** Where they differ from the built-in ones. */
  readonly liveLimits?: Partial<LiveLimits>;
}

/** The gateway with the ways in which subscriptions reach clients. */
export function assembleGateway(options: AssembleOptions): {
  readonly gateway: Gateway;
  readonly live: LiveTransports;
} {
  const { onFault, liveLimits, authenticator } = options;
  const deps: OperationDeps = options;
  const persisted = options.persisted ?? new PersistedOperations();
  const operations = new LiveOperations({
    resolveLive,
    viewerOf: viewerOfContext,
    // Shared events are executed for one of those who see the same, whoever that is.
    contextFor: ({ viewer, credentials = NOTHING_OWN }, signal) => {
      if (viewer === undefined) throw new TypeError('a subscription that was opened has a viewer');
      return beginOperation(deps, signal, { viewer, credentials, requestId: randomUUID() });
    },
    onFault,
  });
  const gateway = createGateway({
    ...options,
    persisted,
    live: operations,
    identified: authenticator !== undefined,
  });
  const live = new LiveTransports({
    gateway,
    operations,
    persisted,
    limits: liveLimits,
    callers: options.callers,
    allowedOrigins: options.allowedOrigins,
    authenticator,
  });
  return { gateway, live };
}

/** Who sees the same shares what is made for each event. */
function viewerOfContext(context: unknown): LiveViewer {
  const { read, credentials } = context as OperationContext;
  return { scope: `${read.viewer.sight} ${credentials.key}`, viewer: read.viewer, credentials };
}
