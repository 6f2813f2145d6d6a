import {
  buildSchema,
  getArgumentValues,
  getOperationAST,
  GraphQLObjectType,
  Kind,
  type ExecutionArgs,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { pino } from 'pino';
import { systemClock } from '../../src/model/time.ts';
import { GridweaveError } from '../../src/model/errors.ts';
import { ProviderRegistry } from '../../src/providers/registry.ts';
import type { Authenticator } from '../../src/server/auth/authenticator.ts';
import { createGateway } from '../../src/server/gateway.ts';
import type { CallerLimits } from '../../src/server/limits/caller-limits.ts';
import { PersistedOperations } from '../../src/server/persisted/persisted-operations.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import type { LiveLimits } from '../../src/server/live/live-limits.ts';
import type { LiveSource, ResolvedLive } from '../../src/server/live/live-operation.ts';
import type { OperationLimitOptions } from '../../src/server/limits/use-operation-limits.ts';
import { LiveOperations } from '../../src/server/live/live-operations.ts';
import { LiveTransports } from '../../src/server/live/live-transports.ts';
import { FakeFeeds, type OpenRequest } from './fake-feeds.ts';

const SDL = /* GraphQL */ `
  enum Start {
    SNAPSHOT
    NOW
    AFTER
  }
  type Message {
    type: String!
    cursor: String
    key: String
    name: String
    coalesced: Int
    closing: Boolean
    slowly: String
    broken: String
  }
  type Query {
    hello: String
    refuse: String
    broken: String
    hang: String
  }
  type Mutation {
    bump: Int
  }
  type Subscription {
    events(filter: String, start: Start! = NOW, after: String, onGap: String): Message
    "Executed for each subscriber."
    lines(count: Int!): String
    "Never says anything."
    silence: String
    refused: String
  }
`;

type Fields = Record<string, GraphQLFieldResolver<never, never>>;

function resolve(schema: GraphQLSchema, type: string, fields: Fields): void {
  const object = schema.getType(type);
  if (!(object instanceof GraphQLObjectType)) throw new TypeError(`${type} is no object type`);
  const defined = object.getFields();
  for (const [name, resolver] of Object.entries(fields)) Object.assign(defined[name]!, { resolve: resolver });
}

const signalOf = (context: unknown): AbortSignal => (context as { request: Request }).request.signal;

interface Counts {
  /** How often `Subscription.events` was resolved. */
  events: number;
  bumps: number;
  /** Operations whose signal was aborted while they hung. */
  aborted: number;
  /** Queries that hung. */
  hanging: number;
  /** Contexts that were made for events. */
  contexts: number;
}

/** A small graph with one subscription of each sort. */
function testSchema(counts: Counts, slownessMs: (key: string) => number): GraphQLSchema {
  const schema = buildSchema(SDL);
  resolve(schema, 'Query', {
    hello: () => 'world',
    refuse: () => {
      throw new GridweaveError('NOT_FOUND', 'There is no such thing.');
    },
    broken: () => {
      throw new Error('secret');
    },
    hang: (_root, _args, context) =>
      new Promise((done) => {
        counts.hanging += 1;
        signalOf(context).addEventListener('abort', () => {
          counts.aborted += 1;
          done('aborted');
        });
      }),
  });
  resolve(schema, 'Mutation', { bump: () => ++counts.bumps });
  resolve(schema, 'Subscription', {
    events: (root: { events: object }) => {
      counts.events += 1;
      return root.events;
    },
  });
  type Root = { event?: { key: string; record: { name: string } }; record?: { key: string; name: string } };
  resolve(schema, 'Message', {
    key: ({ event, record }: Root) => event?.key ?? record?.key,
    name: ({ event, record }: Root) => event?.record.name ?? record?.name,
    slowly: async ({ event }: Root) => {
      await new Promise((done) => setTimeout(done, slownessMs(event?.key ?? '')));
      return event?.key;
    },
    broken: () => {
      throw new Error('secret');
    },
  });
  return schema;
}

async function* lines(count: number): AsyncGenerator<{ data: { lines: string } }> {
  for (let i = 0; i < count; i++) {
    await Promise.resolve();
    yield { data: { lines: `line ${String(i)} ${'x'.repeat(100)}` } };
  }
}

function eventsSource(feeds: FakeFeeds, filter: string, request: OpenRequest): LiveSource {
  return {
    open: () => feeds.feed(request),
    rootFor: (events) => ({ events }),
    shareKey: `events ${filter}`,
    withAfter: (after) => eventsSource(feeds, filter, { start: 'AFTER', after }),
  };
}

function resolver(feeds: FakeFeeds, counts: Counts) {
  return ({ schema, document, operationName, variableValues, contextValue }: ExecutionArgs): ResolvedLive => {
    const field = getOperationAST(document, operationName)?.selectionSet.selections[0];
    if (field?.kind !== Kind.FIELD) throw new TypeError('a subscription has a field');
    const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
    const args = getArgumentValues(definition!, field, variableValues ?? {});
    if (field.name.value === 'refused') throw new GridweaveError('FORBIDDEN', 'Not for you.');
    if (field.name.value === 'lines') return lines(Number(args['count']));
    if (field.name.value === 'silence') {
      signalOf(contextValue).addEventListener('abort', () => (counts.aborted += 1));
      // Parked: its own `return` would wait for ever.
      return (async function* silence() {
        await new Promise(() => {});
        yield {};
      })();
    }
    const text = (name: string): string | null => (typeof args[name] === 'string' ? args[name] : null);
    return eventsSource(feeds, text('filter') ?? '', { start: text('start') ?? 'NOW', after: text('after') });
  };
}

export interface TransportRigOptions {
  readonly limits?: Partial<LiveLimits>;
  readonly allowedOrigins?: readonly string[];
  /** Default: everybody is let in. */
  readonly authenticator?: Authenticator;
  /** Default: callers are not limited. */
  readonly callers?: CallerLimits;
  readonly trustedProxies?: readonly string[];
  readonly maxBatch?: number;
  readonly operationLimits?: Partial<OperationLimitOptions>;
  /** How long the field `slowly` takes for an object. */
  readonly slownessMs?: (key: string) => number;
  readonly maxWaiting?: number;
}

export interface TransportRig {
  readonly url: string;
  readonly port: number;
  readonly feeds: FakeFeeds;
  readonly counts: Counts;
  readonly live: LiveTransports;
  readonly faults: readonly unknown[];
  close(graceMs?: number): Promise<void>;
}

/** The transports over a small graph and a simple log, on a free port. */
export async function startTransportRig(options: TransportRigOptions = {}): Promise<TransportRig> {
  const feeds = new FakeFeeds(options.maxWaiting);
  const counts: Counts = { events: 0, bumps: 0, aborted: 0, hanging: 0, contexts: 0 };
  const faults: unknown[] = [];
  const log = pino({ level: 'silent' });
  const providers = new ProviderRegistry([]);
  const operations = new LiveOperations({
    resolveLive: resolver(feeds, counts),
    contextFor: () => ({ event: ++counts.contexts }),
    onFault: (fault) => void faults.push(fault),
  });
  const persisted = new PersistedOperations();
  const gateway = createGateway({
    persisted,
    providers,
    limits: { requestTimeoutMs: 5_000, maxUpstreamCalls: 10, maxPageSize: 10, maxLogBytes: 1_000 },
    clock: systemClock,
    log,
    maxBodyBytes: 100_000,
    maxBatch: options.maxBatch,
    operationLimits: options.operationLimits,
    callers: options.callers,
    live: operations,
    schema: testSchema(counts, options.slownessMs ?? (() => 1)),
  });
  const { limits, allowedOrigins, authenticator, callers, trustedProxies } = options;
  const live = new LiveTransports({
    gateway,
    operations,
    persisted,
    limits,
    allowedOrigins,
    authenticator,
    callers,
  });
  const server = await startHttpServer({
    gateway,
    providers,
    live,
    authenticator,
    callers,
    trustedProxies,
    host: '127.0.0.1',
    port: 0,
    graphiql: false,
    log,
  });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    feeds,
    counts,
    live,
    faults,
    close: (graceMs = 0) => server.close(graceMs),
  };
}
