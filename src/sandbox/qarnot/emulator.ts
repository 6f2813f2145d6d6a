/**
 * The Qarnot emulator: the REST API of Qarnot's compute service over the simulated world, for the official SDKs and for
 * our own adapter. It is written from the provider's documentation and shares no code with the adapter.
 *
 * wire/ spells JSON, listing/ filters and pages, tasks/ pools/ jobs/ and account/ hold the resources, status/ renders what
 * tasks and pools have in common, store/ keeps what users did here beside the world, routing/ finds the handler.
 * Only this file is for others.
 */
import type { EmulatorRequest, EmulatorResponse, EmulatorServer } from '../http.ts';
import { startEmulatorServer } from '../http.ts';
import type { World } from '../world/types.ts';
import { accountRoutes, openRoutes } from './account/routes.ts';
import { secretRoutes } from './account/secrets.ts';
import { authenticate, checkAccount, SANDBOX_TOKEN } from './authentication.ts';
import { jobRoutes } from './jobs/routes.ts';
import { settleJobs } from './jobs/lifecycle.ts';
import { Walks } from './listing/paginate.ts';
import { poolRoutes } from './pools/routes.ts';
import { readJsonBody } from './routing/body.ts';
import type { Call } from './routing/route.ts';
import { Router } from './routing/router.ts';
import type { AccountLimits, Installation } from './store/installation.ts';
import { DEFAULT_LIMITS } from './store/installation.ts';
import { createLedger } from './store/ledger.ts';
import { settleTasks } from './tasks/lifecycle.ts';
import { OutputCursors } from './tasks/output.ts';
import { taskRoutes } from './tasks/routes.ts';
import { isObject } from './wire/json.ts';
import type { Reply } from './wire/replies.ts';
import { Refusal, refusal } from './wire/replies.ts';

export { SANDBOX_TOKEN } from './authentication.ts';

export interface QarnotEmulatorOptions {
  readonly world: World;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Tokens that are accepted, each as the whole Authorization header; default {@link SANDBOX_TOKEN}. */
  readonly tokens?: readonly string[];
  /** The account's address, as `/info` shows it. */
  readonly email?: string;
  /** Send stdout and stderr as JSON strings instead of raw text; the sources disagree on the service's form. */
  readonly quotedStdout?: boolean;
  /** The most rows of one page; default 500. The service's own maximum is not documented. */
  readonly maximumPageSize?: number;
  /** Rows of a page that asks for no size; default 50, and never above the maximum. */
  readonly defaultPageSize?: number;
  /** How many characters of each output stream are kept; default 1 MiB. The service's own size is not documented. */
  readonly outputBufferLength?: number;
  readonly limits?: Partial<AccountLimits>;
}

const DEFAULT_EMAIL = 'dev@sandbox.example';

function response({ status, contentType, headers, body }: Reply): EmulatorResponse {
  const type = contentType === undefined ? {} : { 'content-type': contentType };
  return { status, headers: { ...type, ...headers }, body };
}

function queryOf(request: EmulatorRequest, name: string): readonly string[] {
  return [...request.query]
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

/** Starts the emulator on a loopback socket; `close` it when done. */
export async function startQarnotEmulator(options: QarnotEmulatorOptions): Promise<EmulatorServer> {
  const { world, tokens = [SANDBOX_TOKEN], email = DEFAULT_EMAIL } = options;
  const installation: Installation = {
    world,
    site: world.site('qarnot'),
    ledger: createLedger(),
    email,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    outputBufferLength: options.outputBufferLength ?? 1_048_576,
    quotedStdout: options.quotedStdout ?? false,
  };
  const walks = new Walks({
    byDefault: options.defaultPageSize ?? 50,
    maximum: options.maximumPageSize ?? 500,
  });
  const cursors = new OutputCursors();
  const open = new Router([openRoutes]);
  const guarded = new Router([taskRoutes, poolRoutes, jobRoutes, accountRoutes, secretRoutes]);

  const route = (request: EmulatorRequest): Reply => {
    world.sync();
    const now = world.clock.now();
    const anybody = open.match(request.method, request.segments);
    if (anybody.kind !== 'found') {
      authenticate(request, tokens);
      checkAccount(request, email);
    }
    const match = anybody.kind === 'found' ? anybody : guarded.match(request.method, request.segments);
    if (match.kind === 'unknown') throw refusal(404, `No such route: ${request.path}`);
    if (match.kind === 'wrong-method') {
      return { status: 405, headers: { allow: match.allowed.join(', ') }, body: '' };
    }
    settleTasks(installation, now);
    settleJobs(installation, now);
    const body = readJsonBody(request.body, request.headers['content-type']);
    const call: Call = {
      installation,
      moment: { now, skewMs: request.now() - world.clock.now() },
      walks,
      cursors,
      params: match.params,
      query: (name) => queryOf(request, name)[0] ?? null,
      queryAll: (name) => queryOf(request, name),
      body,
      fields: isObject(body) ? body : {},
    };
    return match.handler(call);
  };

  return startEmulatorServer({
    kind: 'qarnot',
    clock: world.clock,
    seed: world.seed,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    handle: (request) => {
      try {
        return response(route(request));
      } catch (error) {
        if (error instanceof Refusal) return response(error.reply);
        throw error;
      }
    },
  });
}
