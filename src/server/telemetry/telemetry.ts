import type { Logger } from 'pino';
import type { LoadedConfig } from '../../config/config.ts';
import { isLoopback } from '../../config/loopback.ts';
import { readiness } from '../health.ts';
import { Metrics, type Watched } from './metrics.ts';
import { startOperationsListener, type OperationsListener } from './operations-listener.ts';

export interface Telemetry {
  /** Undefined when nobody is to see any. */
  readonly metrics: Metrics | undefined;
  /** The same, where the port of the graph serves them. */
  readonly onMainPort: Metrics | undefined;
  /** Of the port of their own; null without one. */
  readonly url: string | null;
  /** Once, when everything is open. */
  begin(watched: Watched, server: { readonly accepting: boolean }): Promise<void>;
  /** Last of all, so that the gateway can be seen leaving. */
  close(): Promise<void>;
}

/** Whether there are metrics: asked for, or nobody but this machine can read them. */
export function servesMetrics({ metrics, server }: Pick<LoadedConfig, 'metrics' | 'server'>): boolean {
  return metrics.enabled ?? (metrics.port !== undefined || isLoopback(server.host));
}

/** Makes what the configuration asks for. Nothing listens before `begin`. */
export function openTelemetry(config: Pick<LoadedConfig, 'metrics' | 'server'>, log: Logger): Telemetry {
  const { host, port, operations } = config.metrics;
  const metrics = servesMetrics(config) ? new Metrics(operations) : undefined;
  let listener: OperationsListener | null = null;
  return {
    metrics,
    onMainPort: port === undefined ? metrics : undefined,
    get url() {
      return listener?.url ?? null;
    },
    begin: async (watched, server) => {
      metrics?.watch(watched);
      if (port === undefined) return;
      listener = await startOperationsListener({
        host,
        port,
        metrics: metrics ?? null,
        readiness: () => readiness(watched.providers, server.accepting),
        log,
      });
      log.info({ url: listener.url }, 'metrics, health and readiness');
    },
    close: async () => {
      metrics?.close();
      await listener?.close();
    },
  };
}
