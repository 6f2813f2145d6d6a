import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isLoopback } from '../config/loopback.ts';
import { GridweaveError } from '../model/errors.ts';
import { systemClock } from '../model/time.ts';
import type { ProviderEvent } from '../providers/provider-event.ts';
import { visibleTo } from '../merge/sight.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import { localAuthenticator, type Authenticator } from './auth/authenticator.ts';
import { isLocalHost } from './auth/host-guard.ts';
import { refuseRequest } from './auth/http-refusal.ts';
import type { Identity } from './auth/identity.ts';
import { presentedByHeaders } from './auth/presented.ts';
import { foreignHost } from './auth/refusal.ts';
import { ClientAddresses } from './client-address.ts';
import { Callbacks, type CallbackLimits } from './callbacks.ts';
import {
  CONNECTION_TIMEOUTS,
  dropUnread,
  timeoutOptions,
  type ConnectionTimeouts,
} from './connection-timeouts.ts';
import { GRAPHQL_PATH, type Gateway } from './gateway.ts';
import { GraphiqlPage } from './graphiql.ts';
import { readiness } from './health.ts';
import { callerOf, CallerLimits } from './limits/caller-limits.ts';
import { listen, urlOf } from './listen.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { sendMetrics } from './telemetry/operations-listener.ts';
import { REQUEST_ID_HEADER, requestIdFrom } from './telemetry/request-id.ts';
import { refuseTinyChunks } from './tiny-chunks.ts';
import { straightenTarget, targetOf } from './request-target.ts';
import { guardBrowsers } from './web-safety.ts';
import { Pace } from './pace.ts';
import type { LiveTransports } from './live/live-transports.ts';
import { refuseUpgrade, type UpgradeRefusal } from './live/refuse-upgrade.ts';

export interface HttpServerOptions {
  readonly gateway: Gateway;
  readonly providers: ProviderRegistry;
  readonly host: string;
  readonly port: number;
  /** Serve GraphiQL to browsers. */
  readonly graphiql: boolean;
  /** Says whether nothing that is typed into GraphiQL would be run: it is not served then. Default: it would. */
  readonly persisted?: { readonly trustedOnly: boolean } | undefined;
  readonly log: Logger;
  /** Says who asks. Default: everybody is whoever runs the gateway, as long as they are on this machine. */
  readonly authenticator?: Authenticator | undefined;
  /** Origins of pages, beside its own, that may ask it. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Addresses and ranges of proxies that are believed about where requests come from. Default none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** What callers may use; the same that the gateway and `live` were made with. Default: they are not limited. */
  readonly callers?: CallerLimits | undefined;
  /** Served at /metrics to whoever has the scope `admin`. Absent: they are not served here. */
  readonly metrics?: Metrics | undefined;
  /** Carries subscriptions. Absent: there are none. */
  readonly live?: LiveTransports | undefined;
  /** Told every event that a provider sends to its callback. */
  readonly onProviderEvent?: ((event: ProviderEvent) => void) | undefined;
  /** Where they differ from the built-in ones. */
  readonly timeouts?: Partial<ConnectionTimeouts> | undefined;
  /** Where they differ from the built-in ones. */
  readonly callbackLimits?: Partial<CallbackLimits> | undefined;
}

export interface RunningServer {
  /** With the port that was really bound. */
  readonly url: string;
  /** False once it has been told to stop. */
  readonly accepting: boolean;
  /** Stops accepting, gives requests under way `graceMs`, then ends what is left. */
  close(graceMs?: number): Promise<void>;
}

const DEFAULT_GRACE_MS = 5_000;
/** How often a server that leaves looks for connections that nothing happens on any more. */
const SWEEP_MS = 50;

/** Listens on a socket and leads each request to what answers it. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { gateway, providers, live, log, callers = new CallerLimits() } = options;
  const addresses = new ClientAddresses(options.trustedProxies ?? []);
  const authenticator = options.authenticator ?? localAuthenticator();
  if (authenticator.isLocal && !isLoopback(options.host)) {
    const message = `Without "auth" the gateway does not listen on ${options.host}, where others could reach it.`;
    throw new GridweaveError('INVALID_ARGUMENT', message, { field: 'server.host' });
  }
  const page = options.graphiql ? new GraphiqlPage(authenticator.isLocal ? 'WS' : 'SSE') : null;
  const callbacks = new Callbacks({
    providers,
    clock: systemClock,
    log,
    addressOf: (request) => addresses.of(request),
    limits: options.callbackLimits,
    onEvent: options.onProviderEvent,
  });
  const paces = new WeakMap<Socket, Pace>();
  let accepting = true;

  const timeouts = { ...CONNECTION_TIMEOUTS, ...options.timeouts };
  const server = createServer(timeoutOptions(timeouts), (request, response) => {
    dropUnread(response, timeouts);
    refuseTinyChunks(request, response, callers.refusals);
    const requestId = nameRequest(request);
    response.setHeader(REQUEST_ID_HEADER, requestId);
    // A connection that was kept for another request would keep the server.
    if (!accepting) response.setHeader('Connection', 'close');
    if (log.isLevelEnabled('debug'))
      logRequest(log, request, response, { requestId, client: addresses.of(request) });
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error, requestId }, 'unexpected fault');
      if (!response.headersSent)
        sendJson(response, 500, problem('INTERNAL', 'Something went wrong in the gateway.'));
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Who stays on the connection would stay with a gateway that leaves.
    if (!accepting) response.setHeader('Connection', 'close');
    if (!straightenTarget(request)) {
      sendJson(response, 400, problem(NO_HOST.code, NO_HOST.message));
      return;
    }
    const { pathname, searchParams } = targetOf(request);
    const callback = callbacks.at(pathname);
    if (callback !== null) {
      // No browser has any business there.
      await callback(request, response);
      return;
    }
    const verdict = guardBrowsers(request, response, {
      allowedOrigins: options.allowedOrigins ?? [],
      ownHeaders: () => providers.all.flatMap(({ access }) => access.brought?.headers ?? []),
    });
    if (verdict === 'ANSWERED') return;
    if (verdict === 'CROSS_SITE') {
      const message =
        'This request comes from a page of another site, and that site is not in server.allowedOrigins.';
      sendJson(response, 403, problem('CROSS_SITE', message));
      return;
    }
    if (pathname === '/health') {
      await gateway(request, response);
    } else if (isMisled(request)) {
      refuseRequest(request, response, foreignHost());
    } else if (pathname === GRAPHQL_PATH && page !== null && wantsPage(request, searchParams)) {
      await page.send(request, response);
    } else if (pathname === GRAPHQL_PATH) {
      const address = addresses.of(request);
      const asker = await identify(request, address);
      // Nobody is left to be answered: what waits for a connection to close would wait for ever.
      if (response.destroyed) return;
      if (asker instanceof GridweaveError) refuseRequest(request, response, asker);
      else await ask(request, response, asker, address);
    } else if (pathname === '/ready') {
      const asker = await identify(request);
      const seen = asker instanceof GridweaveError ? null : visibleTo(asker.viewer, providers);
      sendJson(response, accepting ? 200 : 503, readiness(seen, accepting));
    } else if (pathname === '/metrics' && options.metrics !== undefined) {
      const asker = await identify(request);
      if (asker instanceof GridweaveError) refuseRequest(request, response, asker);
      else if (asker.viewer.has('admin')) await sendMetrics(options.metrics, response);
      else refuseRequest(request, response, METRICS_ARE_FOR_ADMINS);
    } else if (pathname === '/') {
      response.writeHead(302, { Location: GRAPHQL_PATH }).end();
    } else {
      sendJson(
        response,
        404,
        problem('NOT_FOUND', `There is nothing here. The graph is at ${GRAPHQL_PATH}.`),
      );
    }
  }

  /** Without `auth`: a request that was meant for another host than this machine. */
  function isMisled({ headers }: IncomingMessage): boolean {
    return authenticator.isLocal && !isLocalHost(headers.host);
  }

  function wantsPage(request: IncomingMessage, query: URLSearchParams): boolean {
    return options.persisted?.trustedOnly !== true && GraphiqlPage.wantedBy(request, query);
  }

  /** Counted before the body is read: whoever sends too much is not listened to. */
  async function ask(
    request: IncomingMessage,
    response: ServerResponse,
    identity: Identity,
    address: string,
  ): Promise<void> {
    const admission = callers.admit(callerOf(identity.viewer, address));
    if (admission instanceof GridweaveError) {
      refuseRequest(request, response, admission);
      return;
    }
    response.once('close', () => admission.release());
    await paceOf(request.socket).turn();
    if (response.destroyed) return;
    if (live?.wants(request) === true) await live.handle(request, response, { identity, admission });
    else await gateway(request, response, { identity, admission });
  }

  /** Requests may come many in one packet. */
  function paceOf(socket: Socket): Pace {
    let pace = paces.get(socket);
    if (pace === undefined) paces.set(socket, (pace = new Pace()));
    return pace;
  }

  async function identify(
    request: IncomingMessage,
    address = addresses.of(request),
  ): Promise<Identity | GridweaveError> {
    try {
      return await authenticator.authenticate(presentedByHeaders(request.headers, address));
    } catch (error) {
      if (error instanceof GridweaveError && error.code === 'RATE_LIMITED')
        callers.refusals.count('keyAttempts');
      if (error instanceof GridweaveError) return error;
      throw error;
    }
  }

  if (live !== undefined) {
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      nameRequest(request);
      if (!straightenTarget(request)) refuseUpgrade(socket, NO_HOST);
      else if (isMisled(request)) refuseUpgrade(socket, NOT_MEANT_FOR_US);
      else if (targetOf(request).pathname === GRAPHQL_PATH)
        live.handleUpgrade(request, socket, head, addresses.of(request));
      else refuseUpgrade(socket, NO_SOCKET_HERE);
    });
  }

  await listen(server, options.host, options.port);
  return {
    url: urlOf(server),
    get accepting() {
      return accepting;
    },
    close: async (graceMs = DEFAULT_GRACE_MS) => {
      accepting = false;
      const closed = closeServer(server, graceMs);
      await Promise.race([live?.drain(), delay(graceMs, undefined, { ref: false })]);
      await live?.close();
      await closed;
      await gateway.dispose();
    },
  };
}

const METRICS_ARE_FOR_ADMINS = new GridweaveError('NOT_PERMITTED', 'The metrics take the scope "admin".');

const { code, message } = foreignHost();
const NOT_MEANT_FOR_US: UpgradeRefusal = { status: 403, code, message };

const NO_HOST: UpgradeRefusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'What the request has as its Host is no host.',
};

const NO_SOCKET_HERE: UpgradeRefusal = {
  status: 404,
  code: 'NOT_FOUND',
  message: `There is no WebSocket here. The graph is at ${GRAPHQL_PATH}.`,
};

/** Everything further on finds the id of a request in its headers, well formed. */
function nameRequest({ headers }: IncomingMessage): string {
  const requestId = requestIdFrom(headers[REQUEST_ID_HEADER]);
  headers[REQUEST_ID_HEADER] = requestId;
  return requestId;
}

/** One line for each request, when somebody wants to look closely. */
function logRequest(
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  about: { readonly requestId: string; readonly client: string },
): void {
  const beganAt = performance.now();
  response.once('close', () => {
    const { pathname } = targetOf(request);
    log.debug(
      {
        ...about,
        method: request.method,
        path: PATHS.has(pathname) ? pathname : 'other',
        status: response.headersSent ? response.statusCode : null,
        durationMs: Math.round(performance.now() - beganAt),
      },
      'request',
    );
  });
}

const PATHS: ReadonlySet<string> = new Set([GRAPHQL_PATH, '/health', '/ready', '/metrics', '/']);

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection whose last answer began before this is kept for another request, which nobody would answer.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(force);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function problem(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
