import { z } from 'zod';
import { authSchema } from './auth-schema.ts';
import { parseRange } from './cidr.ts';
import { shapeOf, type Shape } from './expected.ts';
import { operationsSchema } from './operations-schema.ts';
import { limitsSchema } from './limits-schema.ts';
import { sectionProvider } from './provider-schema.ts';

const MIB = 1_048_576;

/** `server`: where the gateway listens. */
export const serverSchema = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
      .default('127.0.0.1')
      .describe(
        'Address to listen on. `0.0.0.0` or `::` listens on every interface. The environment variable HOST overrides it.',
      ),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(4000)
      .describe('TCP port; 0 takes any free one. The environment variable PORT overrides it.'),
    allowedOrigins: z
      .array(z.string().regex(/^https?:\/\/[^/?#@\s]+$/))
      .max(100)
      .default([])
      .describe(
        'Origins of pages on other sites, such as https://app.example.org, that may ask the gateway from a browser: by CORS, event streams and WebSockets. The gateway’s own pages always may.',
      ),
    trustedProxies: z
      .array(
        z.string().refine((text) => (parseRange(text)?.prefix ?? 0) > 0, {
          error: 'is neither an address nor a range of addresses, or it is all of them',
          params: { fix: 'Write the addresses of the proxies alone, such as 10.0.0.7 or 10.0.0.0/8.' },
        }),
      )
      .max(100)
      .default([])
      .describe(
        'Addresses and ranges, such as 10.0.0.0/8 or fd00::/8, of what stands before the gateway and writes `X-Forwarded-For`. The address of a client is then the rightmost one in it that is not in these. Empty: the header is not read.',
      ),
    graphiql: z
      .boolean()
      .optional()
      .describe('Serve GraphiQL to browsers. When absent: unless NODE_ENV is "production".'),
    introspection: z
      .boolean()
      .optional()
      .describe('Answer questions about the schema. When absent: unless NODE_ENV is "production".'),
    drainMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(10_000)
      .describe(
        'How long the gateway may take to leave once it is told to stop, in milliseconds: subscribers are told where to go on, requests and submissions under way come to their end. What is left then is cut off.',
      ),
  })
  .describe('Where the gateway listens.');

/** `log`: what the gateway writes about itself. */
const logSchema = z
  .strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .default('info')
      .describe('The least severe message that is written.'),
    pretty: z
      .boolean()
      .optional()
      .describe('Lines for people instead of JSON. When absent: true on a terminal, false otherwise.'),
  })
  .describe('What the gateway writes about itself, to standard output.');

/** `metrics`: what Prometheus can read. */
const metricsSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe(
        'Serve /metrics. When absent: if `metrics.port` is set, or the gateway listens on an address of this machine alone. On the port of the graph it takes the scope `admin` where there is `auth`.',
      ),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'A port of its own for /metrics, /health and /ready, which asks nobody who they are and goes on until the gateway has left; 0 takes any free one. When absent: they are on the port of the graph alone.',
      ),
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
      .default('127.0.0.1')
      .describe('Address of that port.'),
    operations: z
      .array(z.string().regex(/^[_A-Za-z][_0-9A-Za-z]{0,127}$/))
      .max(500)
      .default([])
      .describe(
        'Names of operations that are counted by name, such as those of your own apps. The example operations are; all others are counted together as "other".',
      ),
  })
  .describe('What Prometheus can read. docs/operations.md names every metric.');

/** `data`: what outlives the process. */
const dataSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .describe(
        'A folder of this gateway alone, made when it is missing. What was submitted is kept there, so that a repeat after a crash finds it, and so is the window of events. Absent: in memory, and gone with the process.',
      ),
  })
  .describe('What outlives the process.');

/** `audit`: who did what. */
const auditSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .describe(
        'A file that each action is appended to, one JSON object a line. Every action is in the log in any case, marked by `audit: true`.',
      ),
  })
  .describe('Where actions are written down.');

/** `act`: submitting, cancelling and the like. */
const actSchema = z
  .strictObject({
    timeoutMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(20_000)
      .describe(
        'How long one submission may take, looking it up after a lost answer included, in milliseconds. Longer than the timeout of a provider.',
      ),
    maxBulk: z.int().min(1).max(100_000).default(1_000).describe('How many jobs one `cancelJobs` may touch.'),
  })
  .describe('Submitting, cancelling and the like.');

/** `live`: subscriptions to changes. */
const liveSchema = z
  .strictObject({
    hotMs: z
      .int()
      .min(200)
      .max(600_000)
      .default(2_000)
      .describe(
        'How often a provider is polled while somebody watches work that has not ended, in milliseconds. Polls are per provider, however many watch.',
      ),
    warmMs: z
      .int()
      .min(200)
      .max(3_600_000)
      .default(20_000)
      .describe('How often while somebody watches and nothing moves, in milliseconds.'),
    fullSweepMs: z
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(300_000)
      .describe('How often everything is read, to find deletions, in milliseconds.'),
    lingerMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(30_000)
      .describe('How long polls go on after the last subscriber has left, in milliseconds.'),
    bookmarkEveryMs: z
      .int()
      .min(500)
      .max(60_000)
      .default(15_000)
      .describe('A subscriber hears something at least this often, in milliseconds.'),
    windowEvents: z
      .int()
      .min(10)
      .max(10_000_000)
      .default(10_000)
      .describe('Events that are kept for subscribers who come back, over all providers.'),
    windowBytes: z
      .int()
      .min(64 * 1024)
      .max(4096 * MIB)
      .default(32 * MIB)
      .describe('Bytes that they may take.'),
    queueMessages: z
      .int()
      .min(10)
      .max(1_000_000)
      .default(1_000)
      .describe('Messages that may wait for one slow subscriber before it gets a Gap and a fresh snapshot.'),
    queueBytes: z
      .int()
      .min(64 * 1024)
      .max(1024 * MIB)
      .default(4 * MIB)
      .describe('Bytes that they may take.'),
    maxConnections: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe('WebSockets and event streams that may be open at the same time.'),
    maxCredentials: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe(
        'Credentials of tenants and callers with which changes may be watched at the same time, counted for each provider. Each is polled with for itself.',
      ),
  })
  .describe('Subscriptions to changes.');

/** `sandbox`: the simulated world. */
const sandboxSchema = z
  .strictObject({
    seed: z
      .int()
      .min(0)
      .max(4_294_967_295)
      .default(1)
      .describe('The simulated world follows from this number: the same seed gives the same jobs.'),
  })
  .describe(
    'Runs the gateway over built-in emulators instead of providers. Cannot be combined with `providers`.',
  );

/** The whole file. */
export const configSchema = z.strictObject({
  server: serverSchema.prefault({}),
  providers: z
    .array(sectionProvider)
    .max(1000)
    .optional()
    .describe('The provider connections, one entry each. Their order is the order of `Query.providers`.'),
  limits: limitsSchema.prefault({}),
  operations: operationsSchema.prefault({}),
  log: logSchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  data: dataSchema.prefault({}),
  act: actSchema.prefault({}),
  audit: auditSchema.prefault({}),
  live: liveSchema.prefault({}),
  auth: authSchema.optional(),
  sandbox: sandboxSchema.optional(),
});

let shape: Shape | null = null;

/** The shape of the whole file. Made when it is first needed: a correct file needs none. */
export function configShape(): Shape {
  shape ??= shapeOf(configSchema);
  return shape;
}

/** Keys that later versions will know: naming them here makes a better message than "unknown". */
export const PLANNED_KEYS: ReadonlySet<string> = new Set(['redis']);

export type ServerConfig = Readonly<z.output<typeof serverSchema>>;
export type LimitsConfig = Readonly<z.output<typeof limitsSchema>>;
export type LogConfig = Readonly<z.output<typeof logSchema>>;
export type MetricsConfig = Readonly<z.output<typeof metricsSchema>>;
export type DataConfig = Readonly<z.output<typeof dataSchema>>;
export type ActConfig = Readonly<z.output<typeof actSchema>>;
export type LiveConfig = Readonly<z.output<typeof liveSchema>>;
export type AuditConfig = Readonly<z.output<typeof auditSchema>>;
export type SandboxConfig = Readonly<z.output<typeof sandboxSchema>>;
