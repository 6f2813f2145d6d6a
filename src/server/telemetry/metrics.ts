/**
 * What an operator sees: metrics, traces, request ids. Each file here counts or names one thing by a hook that the rest of
 * the house offers; nothing else knows of Prometheus, and only `use-tracing.ts`, `upstream/call-span.ts` and
 * `graph/batch-trace.ts` know of OpenTelemetry. Labels are provider keys, route templates, codes and known operation names:
 * never an id, a URL or a name that a caller chose. `start.ts`, `gateway.ts` and `http-server.ts` call it.
 */
import { Gauge, Registry } from 'prom-client';
import type { Clock } from '../../model/time.ts';
import type { ProviderDirectory } from '../../providers/registry.ts';
import { VERSION } from '../../upstream/version.ts';
import { exampleOperations } from '../example-operations.ts';
import type { LiveTransports } from '../live/live-transports.ts';
import type { Services } from '../services.ts';
import { ActMetrics, watchAct } from './act-metrics.ts';
import { KnownOperations } from './known-operations.ts';
import { watchLive } from './live-metrics.ts';
import type { Refusals } from '../limits/refusals.ts';
import { OperationMetrics } from './operation-metrics.ts';
import { processMetrics } from './process-metrics.ts';
import { watchProviders } from './provider-metrics.ts';
import { watchRefusals } from './refusal-metrics.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';

/** What there is to read when somebody scrapes. */
export interface Watched {
  readonly providers: ProviderDirectory;
  readonly services: Pick<Services, 'act' | 'live'>;
  readonly live: Pick<LiveTransports, 'stats'>;
  readonly clock: Clock;
  readonly refusals: Pick<Refusals, 'counts'>;
}

/** The metrics of one gateway. */
export class Metrics {
  readonly upstream: UpstreamMetrics;
  readonly operations: OperationMetrics;
  readonly act: ActMetrics;
  readonly #registry = new Registry();
  #unwatch = (): void => {};

  /** `operations`: names that are counted by name, beside the example operations. */
  constructor(operations: readonly string[] = []) {
    const known = new KnownOperations(operations, () => exampleOperations().map(({ document }) => document));
    this.upstream = new UpstreamMetrics(this.#registry);
    this.operations = new OperationMetrics(this.#registry, known);
    this.act = new ActMetrics(this.#registry);
    new Gauge({
      name: 'gridweave_build_info',
      help: 'Which version runs. The value is 1.',
      labelNames: ['version', 'node_version'],
      registers: [this.#registry],
    }).set({ version: VERSION, node_version: process.version }, 1);
  }

  /** Once, when everything is open. */
  watch({ providers, services, live, clock, refusals }: Watched): void {
    watchRefusals(this.#registry, refusals);
    watchProviders(this.#registry, providers);
    watchAct(this.#registry, services.act);
    if (services.live !== null) {
      this.#unwatch = watchLive(this.#registry, {
        services: services.live,
        transports: live,
        providers,
        clock,
      });
    }
  }

  /** Media type of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in Prometheus's text format. */
  async text(): Promise<string> {
    const [own, ofProcess] = await Promise.all([this.#registry.metrics(), processMetrics().metrics()]);
    return `${own}\n${ofProcess}`;
  }

  close(): void {
    this.#unwatch();
  }
}
