import { z } from 'zod';

const MIB = 1_048_576;

/** `limits`: what one request, and one caller, may ask for. */
export const limitsSchema = z
  .strictObject({
    requestTimeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(10_000)
      .describe(
        'How long one GraphQL operation may take, in milliseconds. A provider that has not answered by then is reported as TIMEOUT; the others are returned.',
      ),
    maxPageSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(500)
      .describe('The largest `first` that a list accepts, in rows.'),
    maxUpstreamCalls: z
      .int()
      .min(1)
      .max(100_000)
      .default(300)
      .describe('How many calls to providers one GraphQL operation may make.'),
    maxBodyBytes: z
      .int()
      .min(1024)
      .max(64 * MIB)
      .default(MIB)
      .describe('The largest request body that is read, in bytes.'),
    maxTokens: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(5_000)
      .describe('The words and signs of the largest document that is read.'),
    maxDepth: z.int().min(1).max(100).default(16).describe('The deepest nesting of fields.'),
    maxAliases: z.int().min(0).max(10_000).default(50).describe('Aliases of one operation, fragments counted at each use.'), // prettier-ignore
    maxDirectives: z.int().min(0).max(10_000).default(50).describe('Directives of one operation.'),
    maxRootFields: z.int().min(1).max(1_000).default(20).describe('Root fields of one operation.'),
    maxFields: z
      .int()
      .min(10)
      .max(100_000)
      .default(2_000)
      .describe('Fields of one operation, fragments counted at each use.'),
    maxCost: z
      .int()
      .min(10)
      .max(1_000_000_000)
      .default(25_000)
      .describe(
        'The cost of one operation in the worst case, judged before it runs: 10 for each call to a provider, 0.1 for each object. `extensions.cost` tells it when the header `x-gridweave-cost` asks.',
      ),
    maxLogBytes: z
      .int()
      .min(1024)
      .max(64 * MIB)
      .default(MIB)
      .describe('The most of a log that one answer holds, in bytes.'),
    maxBatch: z
      .int()
      .min(1)
      .max(1_000)
      .default(1)
      .describe(
        'Operations that one HTTP request may hold, as a JSON array. 1: arrays are refused. Each operation counts as a request, and `maxCost` is for all of them together.',
      ),
    requestsPerSecond: z
      .number()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        'Operations per second that one caller may send in the long run, over HTTP, event streams and WebSockets together. A caller is an API key, the subject of a token, or the network of those who have neither. 0: no limit. When absent: 100 with `auth`, no limit without.',
      ),
    requestBurst: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe(
        'Operations that a caller may send at once after a quiet time. When absent: four times `requestsPerSecond`.',
      ),
    costPerMinute: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe(
        'Cost that one caller may cause in a minute. An operation takes what it may cost in the worst case when it begins, and what it did not need is given back when it ends. 0: no limit. When absent: 600000 with `auth`, no limit without.',
      ),
    maxOperationsPerIdentity: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        'Operations of one caller that may be under way: requests, event streams, and operations of WebSockets. 0: no limit. When absent: 5000 with `auth`, no limit without.',
      ),
    maxConnectionsPerIdentity: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        'WebSockets and event streams that one caller may have open. 0: no limit. When absent: 1000 with `auth`, no limit without.',
      ),
    maxPendingConnectionsPerNetwork: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        'WebSockets from one network (an IPv4 address, or the first 64 bits of an IPv6 address) that have not said yet who they are. 0: no limit. When absent: 1000 with `auth`, no limit without.',
      ),
  })
  .describe('What one request, and one caller, may ask for. docs/limits.md says how each is told.');
