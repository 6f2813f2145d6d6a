import { resolveLive } from '../graph/live/resolve-live.ts';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
import type { LiveLimits } from './live/live-limits.ts';
import { LiveOperations } from './live/live-operations.ts';
import { LiveTransports } from './live/live-transports.ts';
import { beginOperation, type OperationDeps } from './operation-context.ts';
import type { Services } from './services.ts';

export interface AssembleOptions extends Omit<GatewayOptions, 'live' | 'services'> {
  readonly services: Services;
  readonly onFault: (fault: unknown) => void;
  /** Origins of pages, beside its own, that may open a WebSocket. */
  readonly allowedOrigins?: readonly string[];
  /** Where they differ from the built-in ones. */
  readonly liveLimits?: Partial<LiveLimits>;
}

/** The gateway with the ways in which subscriptions reach clients. */
export function assembleGateway(options: AssembleOptions): {
  readonly gateway: Gateway;
  readonly live: LiveTransports;
} {
  const { onFault, liveLimits } = options;
  const deps: OperationDeps = options;
  const operations = new LiveOperations({
    resolveLive,
    contextFor: (_viewer, signal) => beginOperation(deps, signal),
    onFault,
  });
  const gateway = createGateway({ ...options, live: operations });
  const live = new LiveTransports({
    gateway,
    operations,
    limits: liveLimits,
    allowedOrigins: options.allowedOrigins,
  });
  return { gateway, live };
}
