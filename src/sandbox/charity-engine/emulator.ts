/**
 * The Charity Engine emulator: the remote job submission API (version 2) over the simulated world. It is written from
 * the documentation and shares no code with the adapter. Most of that wire is unverified, so what it does is sorted by
 * trust tiers, and every guess has a mode that makes it otherwise.
 *
 * jobs/ makes the world's jobs into the wire's and back, inference/ is the one application with a log of its own, wire/
 * has bodies, envelopes and refusals, routing/ finds the handler, callback/ is the vendor as a client. For others:
 * this file, known-ids.ts, mutation.ts and callback/compute-launch.ts.
 */
import type { EmulatorRequest, EmulatorResponse, EmulatorServer } from '../http.ts';
import { startEmulatorServer } from '../http.ts';
import { randomOf } from '../world/prng.ts';
import type { World } from '../world/types.ts';
import { authenticate, SANDBOX_AUTHENTICATOR } from './authentication.ts';
import type { Installation, TrustTier } from './installation.ts';
import type { CharityEngineMutation } from './mutation.ts';
import { AS_DOCUMENTED } from './mutation.ts';
import { answerSandboxCall } from './routing/control.ts';
import { answerFile } from './routing/files.ts';
import { noSuchPage, wrongMethod } from './routing/pages.ts';
import { matchRoute } from './routing/router.ts';
import type { Route } from './routing/routes.ts';
import { ROUTES } from './routing/routes.ts';
import { readBodyObject } from './wire/body.ts';
import { createEnvelopes } from './wire/envelope.ts';
import { invalidInput, Refusal } from './wire/refusal.ts';

export { SANDBOX_AUTHENTICATOR } from './authentication.ts';
export { knownIds, rememberedJobs } from './known-ids.ts';
export { sendComputeLaunch } from './callback/compute-launch.ts';
export type { CharityEngineMutation } from './mutation.ts';
export type { TrustTier } from './installation.ts';

/** Where the API lives on its host. */
export const CHARITY_ENGINE_PREFIX = '/remotejobs/v2';

export interface CharityEngineEmulatorOptions {
  /** Must have a Charity Engine site. */
  readonly world: World;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The account's key; default {@link SANDBOX_AUTHENTICATOR}. */
  readonly authenticator?: string;
  /** The token of the bearer header; default the authenticator. Whether the two are the same upstream is unknown. */
  readonly bearerToken?: string;
  /** Which of the two request styles answers; default both. Which host has which is unknown. */
  readonly style?: 'both' | 'rpc' | 'resource';
  /** Which tiers answer; default all three. */
  readonly tiers?: readonly TrustTier[];
  /**
   * Take requests only exactly as documented: a JSON content type, the credential in the place its style has it, and in
   * `job-create` all the members of the vendor's sample. Default false.
   */
  readonly strict?: boolean;
  /** What differs from the documentation, and from the likelier reading where there is none. */
  readonly mutation?: Partial<CharityEngineMutation>;
  /** Default `charityengine`; the sibling service has another. */
  readonly namespace?: string;
  /** False for an account that may look but not create. Default true. */
  readonly submitAccess?: boolean;
  /** Unfinished jobs the account may have; default 1,000. The service's own limit is unknown. */
  readonly maxJobsInProgress?: number;
  /** Ids that one call may name; default 40. The service's own limit is unknown. */
  readonly maxIds?: number;
}

function createInstallation(options: CharityEngineEmulatorOptions): Installation {
  const { world, authenticator = SANDBOX_AUTHENTICATOR } = options;
  return {
    world,
    site: world.site('charity-engine'),
    mutation: { ...AS_DOCUMENTED, ...options.mutation },
    strict: options.strict ?? false,
    tiers: new Set(options.tiers ?? ['T1', 'T2', 'T3']),
    namespace: options.namespace ?? 'charityengine',
    authenticator,
    bearerToken: options.bearerToken ?? authenticator,
    submitAccess: options.submitAccess ?? true,
    maxJobsInProgress: options.maxJobsInProgress ?? 1000,
    maxIds: options.maxIds ?? 40,
  };
}

/** The segments below the API's prefix; null for a path elsewhere. */
function belowPrefix(segments: readonly string[]): readonly string[] | null {
  const prefix = CHARITY_ENGINE_PREFIX.split('/').slice(1);
  return prefix.every((part, index) => part === segments[index]) ? segments.slice(prefix.length) : null;
}

/** Starts the emulator on a loopback socket; `close` it when done. */
export async function startCharityEngineEmulator(
  options: CharityEngineEmulatorOptions,
): Promise<EmulatorServer> {
  const { world, style = 'both' } = options;
  const installation = createInstallation(options);
  const { mutation, strict, tiers } = installation;
  const envelopes = createEnvelopes(mutation, randomOf(world.seed, 'charity-engine', 'extra members'));
  const routes = ROUTES.filter(
    (route) => (style === 'both' || route.style === style) && tiers.has(route.tier),
  );

  const answerRoute = (request: EmulatorRequest, route: Route, ids: string): EmulatorResponse => {
    // A POST that names its ids in the path has nothing to say in its body.
    const needsBody = route.method === 'POST' && !route.path.includes('{ids}');
    const body = needsBody || request.body.length > 0 ? readBodyObject(request, strict) : {};
    authenticate(installation, route.style, request, body);
    const origin = `http://${request.headers.host ?? ''}`;
    return route.handle({ installation, envelopes, ids, body, origin });
  };

  const answer = (request: EmulatorRequest): Promise<EmulatorResponse> | EmulatorResponse => {
    world.sync();
    if (request.segments[0] === '_emulator') return answerSandboxCall(installation, request);
    if (request.segments[0] === 'files') return answerFile(installation, request);
    const segments = belowPrefix(request.segments);
    if (segments === null) return noSuchPage();
    const match = matchRoute(routes, request.method, segments);
    if (match.kind === 'unknown') return noSuchPage();
    if (match.kind === 'wrong-method') return wrongMethod(match.allowed);
    try {
      return answerRoute(request, match.route, match.ids);
    } catch (error) {
      if (error instanceof Refusal) return envelopes.failure(error);
      throw error;
    }
  };

  return startEmulatorServer({
    kind: 'charity-engine',
    clock: world.clock,
    seed: world.seed,
    bodyTooLarge: () => envelopes.failure(invalidInput(413)),
    handle: answer,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
}
