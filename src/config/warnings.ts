import type { AuthConfig, ConfiguredProvider, ServerConfig } from './config.ts';
import { isLoopback } from './loopback.ts';
import type { OperationsSection } from './operations-schema.ts';

/** What the schema allows but nobody wants, one sentence each. */
export function warningsFor(
  providers: readonly ConfiguredProvider[],
  server: ServerConfig,
  auth: AuthConfig | null,
  operations: OperationsSection,
): string[] {
  const warnings = providers
    .filter(
      ({ enabled, secrets, accessSource, upstream }) =>
        enabled &&
        (secrets.length > 0 || accessSource.tenants !== null || accessSource.headers !== null) &&
        upstream.baseUrl.protocol === 'http:' &&
        !isLoopback(upstream.baseUrl.hostname),
    )
    .map(
      ({ key }) =>
        `Provider "${key}" is called over plain http: its credential can be read on the way. Use https where the provider offers it.`,
    );
  if (!isLoopback(server.host)) {
    if (auth?.anonymous?.some(({ scopes }) => scopes.some((scope) => scope !== 'read')) === true) {
      warnings.push(
        `Everybody who reaches ${server.host} may do more than read: "auth.anonymous" says so. Keep it to what is on your own network.`,
      );
    }
    for (const { key } of providers.filter(({ callback }) => callback !== null)) {
      warnings.push(
        `The callback of provider "${key}" is reachable over plain http on ${server.host}: its password can be read on the way. Let only what ends TLS reach this port.`,
      );
    }
  }
  if (operations.mode === 'only' && server.graphiql === true) {
    warnings.push(
      'GraphiQL is not served: with operations.mode "only" nothing that is typed there could be run.',
    );
  }
  if (providers.length > 0 && providers.every(({ enabled }) => !enabled)) {
    warnings.push('Every provider is disabled: the graph is empty.');
  }
  return warnings;
}
