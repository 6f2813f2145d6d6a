import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';
import { systemClock } from '../../src/model/time.ts';
import type { ProviderEvent } from '../../src/providers/provider-event.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import {
  sendComputeLaunch,
  type ComputeLaunchAnswer,
  type ComputeLaunchOptions,
} from '../../src/sandbox/charity-engine/callback/compute-launch.ts';
import type { CallbackLimits } from '../../src/server/callbacks.ts';
import { connectProviders } from '../../src/server/connect.ts';
import { createGateway } from '../../src/server/gateway.ts';
import { startHttpServer } from '../../src/server/http-server.ts';

export const USER = 'charity-engine';
/** Must never be seen anywhere. */
export const PASSWORD = 'cAnary-7Qx93Zt-callback';

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: number;
  readonly msg?: string;
}

export interface CallbackGatewayOptions {
  readonly limits?: Partial<CallbackLimits>;
  /** As it stands in the configuration; `reject` when absent. */
  readonly answer?: object;
  readonly onProviderEvent?: (event: ProviderEvent) => void;
  /** Whose word on where requests come from is taken. */
  readonly trustedProxies?: readonly string[];
}

export interface CallbackGateway {
  readonly url: string;
  /** Where the vendor calls. */
  readonly callbackUrl: string;
  readonly logLines: readonly LogLine[];
  /** What was logged of callbacks and their events. */
  readonly told: readonly LogLine[];
  readonly events: readonly ProviderEvent[];
  /** Every print there is of it: logs, configuration, objects. */
  everyPrint(): string;
  launch(options?: Partial<ComputeLaunchOptions>): Promise<ComputeLaunchAnswer>;
  query(document: string): Promise<unknown>;
}

/** One request for two types of instance. */
export const LAUNCH = {
  capacity: [
    { instanceType: 'C.2x4', count: 12 },
    { instanceType: 'C.4x4', count: 3 },
  ],
  duration: 6.5,
};

/**
 * A gateway with two Charity Engine connections, of which only "volunteers" takes callbacks; neither is ever called. Is
 * closed when the test is over.
 */
export async function startCallbackGateway(options: CallbackGatewayOptions = {}): Promise<CallbackGateway> {
  const logLines: LogLine[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logLines.push(JSON.parse(chunk.toString()) as LogLine);
      done();
    },
  });
  const log = pino({ level: 'trace' }, sink);
  const { answer } = options;
  const entry = { kind: 'charity-engine', url: 'http://127.0.0.1:9' };
  const callback = { user: USER, password: { env: 'CALLBACK_PASSWORD' }, ...(answer && { answer }) };
  const config = loadConfig({
    text: JSON.stringify({
      providers: [
        { key: 'volunteers', ...entry, settings: { account: 'acme' }, callback },
        { key: 'quiet', ...entry },
      ],
    }),
    env: { CALLBACK_PASSWORD: PASSWORD },
    kinds: PROVIDER_KINDS,
  });
  const providers = connectProviders(config.providers, { clock: systemClock, log });
  const { limits } = config;
  const gateway = createGateway({ providers, limits, clock: systemClock, log, maxBodyBytes: 1_048_576 });
  const events: ProviderEvent[] = [];
  const server = await startHttpServer({
    gateway,
    providers,
    host: '127.0.0.1',
    port: 0,
    graphiql: false,
    log,
    onProviderEvent: (event) => {
      events.push(event);
      options.onProviderEvent?.(event);
    },
    callbackLimits: options.limits,
    trustedProxies: options.trustedProxies,
  });
  onTestFinished(async () => {
    await server.close(0);
    await providers.close();
  });
  const callbackUrl = `${server.url}/callbacks/volunteers`;
  return {
    url: server.url,
    callbackUrl,
    logLines,
    get told() {
      return logLines.filter(({ msg }) => msg?.startsWith('callback') || msg === 'provider event');
    },
    events,
    everyPrint: () =>
      [
        JSON.stringify(logLines),
        printConfig(config),
        JSON.stringify(config),
        inspect([config, providers], { depth: 8, showHidden: true }),
      ].join('\n'),
    launch: (changes = {}) =>
      sendComputeLaunch({ url: callbackUrl, user: USER, password: PASSWORD, payload: LAUNCH, ...changes }),
    query: async (document) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: document }),
      });
      return response.json();
    },
  };
}
