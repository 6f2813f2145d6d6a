import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type ExecutionResult } from 'graphql';
import { pino, type Logger } from 'pino';
import { Writable } from 'node:stream';
import type { AuthConfig, LimitsConfig, LiveConfig, LoadedConfig } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/model/time.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import type { ProviderRegistry } from '../../src/providers/registry.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { Authenticator } from '../../src/server/auth/authenticator.ts';
import { connectProviders } from '../../src/server/connect.ts';
import { assembleGateway } from '../../src/server/assemble.ts';
import type { ConnectionTimeouts } from '../../src/server/connection-timeouts.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { openServices, type Services } from '../../src/server/services.ts';
import type { LiveTransports } from '../../src/server/live/live-transports.ts';
import { sandboxProviders } from '../../src/server/sandbox-providers.ts';
import type { UpstreamOptions } from '../../src/upstream/types.ts';

/** A whole gateway over a sandbox, as `npm start` runs it, on free ports. */
export interface TestGateway {
  readonly url: string;
  readonly providers: ProviderRegistry;
  readonly sandbox: Sandbox;
  readonly services: Services;
  readonly live: LiveTransports;
  readonly authenticator: Authenticator;
  close(): Promise<void>;
  /** Everything it logged, a line each. */
  readonly logLines: readonly { readonly level: number; readonly msg?: string }[];
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer<Data>>;
  /** Sends a body as it is. */
  post(body: string, headers?: Record<string, string>): Promise<Response>;
}

export interface GraphqlAnswer<Data> extends ExecutionResult<Data> {
  readonly status: number;
}

export interface UpstreamExtension {
  readonly networkCalls: number;
  readonly sharedCalls: number;
  readonly calls: readonly { readonly provider: string; readonly route: string; readonly method: string }[];
}

/** What `extensions.upstream` holds. */
export function upstreamOf(answer: ExecutionResult): UpstreamExtension {
  return answer.extensions?.['upstream'] as UpstreamExtension;
}

function recordingLogger(): { log: Logger; lines: { level: number }[] } {
  const lines: { level: number }[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as { level: number });
      done();
    },
  });
  return { log: pino({ level: 'trace' }, sink), lines };
}

export interface TestGatewayOptions {
  /** The world behind the emulators. */
  readonly sandbox?: SandboxOptions;
  /** How every provider is called, where it differs from the defaults. */
  readonly upstream?: Partial<Omit<UpstreamOptions, 'provider' | 'baseUrl' | 'credential'>>;
  readonly limits?: Partial<LimitsConfig>;
  readonly live?: Partial<LiveConfig>;
  /** What else a configuration says, where it differs from the defaults. */
  readonly config?: Partial<Pick<LoadedConfig, 'data' | 'audit' | 'act'>>;
  /** Who may come in. Default: whoever is on this machine. */
  readonly auth?: AuthConfig;
  /** How long clients may take. */
  readonly timeouts?: Partial<ConnectionTimeouts>;
  /** A sandbox that runs already, and is left running: `sandbox` is not looked at. */
  readonly over?: Sandbox;
}

/** Starts a gateway over a sandbox on free ports. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { log, lines } = recordingLogger();
  const sandbox = options.over ?? (await startSandbox(options.sandbox));
  const configured = sandboxProviders(sandbox, PROVIDER_KINDS).map((provider) => ({
    ...provider,
    upstream: { ...provider.upstream, ...options.upstream },
  }));
  const providers = connectProviders(configured, { clock: systemClock, log });
  const loaded = loadConfig({ env: {}, text: 'sandbox: {}', kinds: [] });
  const limits = { ...loaded.limits, ...options.limits };
  const onFault = (fault: unknown): void => log.error({ err: fault }, 'unexpected fault');
  const services = await openServices(
    { ...loaded, ...options.config, live: { ...loaded.live, ...options.live } },
    { providers, clock: systemClock, log, onFault },
  );
  const authenticator = new Authenticator({ auth: options.auth ?? null, clock: systemClock, log });
  const { gateway, live } = assembleGateway({
    authenticator,
    providers,
    services,
    limits,
    clock: systemClock,
    log,
    onFault,
    maxBodyBytes: limits.maxBodyBytes,
  });
  const server = await startHttpServer({
    gateway,
    live,
    providers,
    authenticator,
    host: '127.0.0.1',
    port: 0,
    graphiql: true,
    log,
    timeouts: options.timeouts,
  });
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  return {
    url: server.url,
    providers,
    sandbox,
    services,
    live,
    authenticator,
    logLines: lines,
    post,
    execute: async (document, variables, headers) => {
      const response = await post(JSON.stringify({ query: print(document), variables }), headers);
      const body = (await response.json()) as ExecutionResult;
      return { ...body, status: response.status } as GraphqlAnswer<never>;
    },
    close: async () => {
      await server.close(0);
      await authenticator.close();
      await services.close(0);
      await providers.close();
      if (options.over === undefined) await sandbox.close();
    },
  };
}
