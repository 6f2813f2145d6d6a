/**
 * The HTTP face: turns requests into operations of the graph, and answers into HTTP. Yoga does GraphQL over HTTP; this
 * folder adds what is ours around it: the context of an operation, error codes, GraphiQL without a network, health,
 * start and stop. Only `cli.ts` and tests call it.
 */
import { randomUUID } from 'node:crypto';
import type { GraphContext, GraphLimits } from '../graph/context.ts';
import { Loaders } from '../graph/loaders.ts';
import type { Caller } from '../act/caller.ts';
import { scopeOf } from '../act/stamp.ts';
import { visibleTo } from '../merge/sight.ts';
import { LOCAL_VIEWER, type Viewer } from '../model/access.ts';
import type { Context } from '@opentelemetry/api';
import type { ReadContext } from '../merge/context.ts';
import { epochMs, type Clock } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallContext, UpstreamCallReport } from '../upstream/types.ts';
import { NOTHING_OWN, type OwnCredentials } from './credentials/own-credentials.ts';
import type { LiveServices } from './live-services.ts';
import type { Services } from './services.ts';
import type { OnFault } from './telemetry/faults.ts';

export interface OperationLimits extends GraphLimits {
  /** How long one operation may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How many upstream calls one operation may make. */
  readonly maxUpstreamCalls: number;
}

export interface OperationDeps {
  readonly providers: ProviderRegistry;
  readonly limits: OperationLimits;
  readonly clock: Clock;
  readonly onFault: OnFault;
  readonly services: Pick<Services, 'act' | 'recentWrites'> & { readonly live?: LiveServices | null };
}

/** Who asks, as far as the server knows. */
export interface Asker {
  readonly viewer: Viewer;
  readonly requestId: string;
  /** What they have of their own for calls to providers. */
  readonly credentials: OwnCredentials;
}

/** What the server knows of an operation beside what the graph needs. */
export interface OperationContext extends GraphContext {
  readonly credentials: OwnCredentials;
  /** Every upstream call made or shared for this operation, in the order they ended. */
  readonly upstreamCalls: readonly UpstreamCallReport[];
  /** From now on what is done for it is part of a span. */
  traced(span: Context): void;
}

/** Begins an operation: its deadline, its budget, its loaders. */
export function beginOperation(
  deps: OperationDeps,
  signal: AbortSignal,
  asker: Asker = { viewer: LOCAL_VIEWER, requestId: randomUUID(), credentials: NOTHING_OWN },
): OperationContext {
  const { viewer, requestId, credentials } = asker;
  const upstreamCalls: UpstreamCallReport[] = [];
  const call: CallContext & { trace?: Context } = {
    signal,
    deadlineAt: epochMs(deps.clock.now() + deps.limits.requestTimeoutMs),
    budget: createCallBudget(deps.limits.maxUpstreamCalls),
    requestId,
    onCall: (report) => upstreamCalls.push(report),
    ...(credentials.key === '' ? {} : { credentials }),
  };
  const read: ReadContext = {
    // One operation sees the same providers from its begin to its end, whatever is configured meanwhile.
    providers: visibleTo(viewer, deps.providers.now),
    viewer,
    clock: deps.clock,
    onFault: (fault) => deps.onFault(fault, requestId),
    recentWrites: deps.services.recentWrites,
    call,
  };
  const caller: Caller = { read, scope: scopeOf(viewer, credentials.key), actor: viewer.id, requestId };
  const { act, live: services } = deps.services;
  return {
    credentials,
    read,
    loaders: new Loaders(read),
    limits: deps.limits,
    act,
    live: services == null ? null : liveFor(services, credentials),
    caller,
    upstreamCalls,
    traced: (span) => {
      call.trace = span;
    },
  };
}

/** Found when it is needed: most operations of callers with credentials of their own subscribe to nothing. */
function liveFor({ hub, feeds, own, logs }: LiveServices, credentials: OwnCredentials): GraphContext['live'] {
  if (credentials.key === '') return { feeds, state: hub, logs };
  return {
    logs,
    get feeds() {
      return own.viewFor(credentials).feeds;
    },
    get state() {
      return own.viewFor(credentials).state;
    },
  };
}
