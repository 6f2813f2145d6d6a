import { z } from 'zod';
import { PROVIDER_KEY_PATTERN } from '../model/ids.ts';
import { DEFAULT_UPSTREAM_OPTIONS as DEFAULTS } from '../upstream/options.ts';

const rate = z
  .strictObject({
    perSecond: z
      .number()
      .gt(0)
      .max(10_000)
      .default(DEFAULTS.rate.perSecond)
      .describe('Calls per second that this provider gets from this gateway in the long run.'),
    burst: z
      .int()
      .min(1)
      .max(100_000)
      .default(DEFAULTS.rate.burst)
      .describe('Calls that may be made at once after a quiet time.'),
  })
  .describe('The rate limit that the gateway keeps towards this provider.');

const retry = z
  .strictObject({
    retries: z
      .int()
      .min(0)
      .max(10)
      .default(DEFAULTS.retry.retries)
      .describe('Tries after the first. Only calls that read are ever tried again.'),
    baseDelayMs: z
      .int()
      .min(1)
      .max(60_000)
      .default(DEFAULTS.retry.baseDelayMs)
      .describe('Wait before the first retry, in milliseconds; it doubles from there, with jitter.'),
    maxDelayMs: z
      .int()
      .min(1)
      .max(600_000)
      .default(DEFAULTS.retry.maxDelayMs)
      .describe('The longest wait before a retry, in milliseconds.'),
    budgetRatio: z
      .number()
      .min(0)
      .max(1)
      .default(DEFAULTS.retry.budgetRatio)
      .describe('Retries may be at most this share of recent calls, so that they never multiply an outage.'),
  })
  .refine((value) => value.baseDelayMs <= value.maxDelayMs, {
    path: ['baseDelayMs'],
    message: 'is larger than maxDelayMs',
    params: { fix: 'Lower baseDelayMs or raise maxDelayMs.' },
  })
  .describe('How calls that failed are tried again.');

const breaker = z
  .strictObject({
    windowSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(DEFAULTS.breaker.windowSize)
      .describe('How many of the most recent calls are looked at.'),
    minimumCalls: z
      .int()
      .min(1)
      .max(10_000)
      .default(DEFAULTS.breaker.minimumCalls)
      .describe('Nothing is judged before so many calls were made.'),
    failureRatio: z
      .number()
      .gt(0)
      .max(1)
      .default(DEFAULTS.breaker.failureRatio)
      .describe('The provider is cut off when at least this share of the window failed.'),
    slowCallMs: z
      .int()
      .min(1)
      .max(600_000)
      .optional()
      .describe(
        'A call slower than this counts as failed, in milliseconds. When absent: nine tenths of `timeoutMs`.',
      ),
    openMs: z
      .int()
      .min(10)
      .max(3_600_000)
      .default(DEFAULTS.breaker.openMs)
      .describe(
        'How long it stays cut off before one trial call, in milliseconds; doubles on each failed trial.',
      ),
    maxOpenMs: z
      .int()
      .min(10)
      .max(3_600_000)
      .default(DEFAULTS.breaker.maxOpenMs)
      .describe('The longest time between trial calls, in milliseconds.'),
  })
  .refine((value) => value.minimumCalls <= value.windowSize, {
    path: ['minimumCalls'],
    message: 'is larger than windowSize, so that the breaker could never open',
    params: { fix: 'Lower minimumCalls or raise windowSize.' },
  })
  .refine((value) => value.openMs <= value.maxOpenMs, {
    path: ['openMs'],
    message: 'is larger than maxOpenMs',
    params: { fix: 'Lower openMs or raise maxOpenMs.' },
  })
  .describe('When a provider that keeps failing is cut off for a while.');

const callback = z
  .strictObject({
    user: z
      .string()
      .regex(/^[^\p{Cc}:]{1,100}$/u)
      .describe('The user that the provider sends with HTTP Basic: 1 to 100 characters, no colon.'),
    password: z
      .unknown()
      .describe(
        'The password that belongs to it: `{ env: NAME }` or `{ file: PATH }`. Make it long and random.',
      ),
    answer: z
      .unknown()
      .optional()
      .describe('How calls are answered; see the section of the kind. When absent, nothing is promised.'),
  })
  .describe(
    'Takes calls that the provider makes to this gateway, at `POST /callbacks/<key>`. Only for kinds that have them; when absent, none are taken. The gateway speaks plain HTTP: let what stands before it end TLS.',
  );

/** `callerCredential`: which headers of a request hold a credential of the caller's own. */
export const sectionBrought = z
  .strictObject({
    headers: z
      .record(z.string(), z.string().regex(/^[xX]-[A-Za-z0-9-]{1,60}$/))
      .describe(
        'A header for each member of `credential`, such as `{ apiKey: x-lab-key }`: a name of your own that begins with `x-`. Over WebSockets the same names are members of the payload of `connection_init`.',
      ),
  })
  .describe(
    'Callers bring a credential of their own, in these headers and no others; it is sent to this provider alone, and kept nowhere. For those who bring none, calls are made with `credential`; without that they are told to bring one. When absent, nothing that callers send is passed on.',
  );

/**
 * One entry of `providers`. `kind`, `url`, `credential`, `callback` and `settings` depend on the kinds that this build knows, and
 * are checked a second time against them.
 */
export const sectionProvider = z.strictObject({
  key: z
    .string()
    .regex(PROVIDER_KEY_PATTERN)
    .describe(
      'The stable name of this connection, yours to choose: 1 to 40 lower-case letters, digits and inner hyphens. It is part of every id, so changing it invalidates ids and cursors that clients keep.',
    ),
  kind: z.string().describe('Which API the provider speaks.'),
  name: z
    .string()
    .regex(/^[^\p{Cc}]{1,100}$/u)
    .optional()
    .describe('What people read: 1 to 100 characters. When absent: the key.'),
  url: z
    .string()
    .max(2048)
    .optional()
    .describe(
      'Base URL of the API: http or https, without credentials, query or fragment. May be left out where the kind has a public endpoint.',
    ),
  enabled: z
    .boolean()
    .default(true)
    .describe('A disabled provider is checked but not connected, and its secrets are not read.'),
  credential: z
    .unknown()
    .optional()
    .describe(
      'How the gateway proves who it is. Every member is `{ env: NAME }` or `{ file: PATH }`. When absent, calls are made without a credential.',
    ),
  tenants: z
    .record(z.string().min(1).max(256), z.unknown())
    .refine((tenants) => Object.keys(tenants).length <= 1_000, {
      message: 'names more than 1,000 tenants',
      params: { fix: 'Run another gateway for the others.' },
    })
    .optional()
    .describe(
      'A credential for each tenant, by the name that `auth` gives it, written like `credential`: callers of that tenant see and do what it may. Callers of no tenant get `credential`. For whom there is none, the provider does not exist.',
    ),
  callerCredential: sectionBrought.optional(),
  timeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(DEFAULTS.timeoutMs)
    .describe('How long one call may take, its retries included, in milliseconds.'),
  connectTimeoutMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(DEFAULTS.connectTimeoutMs)
    .describe('How long opening a connection may take, in milliseconds.'),
  maxConnections: z
    .int()
    .min(1)
    .max(1000)
    .default(DEFAULTS.maxConnections)
    .describe('How many connections to this provider may be open at once.'),
  freshnessMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(DEFAULTS.freshnessMs)
    .describe(
      'How long a read answer may be shared with later callers of the same credential, in milliseconds; 0 turns sharing off.',
    ),
  maxResponseBytes: z
    .int()
    .min(1024)
    .max(1_073_741_824)
    .default(DEFAULTS.maxResponseBytes)
    .describe('The largest answer that is read, in bytes.'),
  rate: rate.prefault({}),
  retry: retry.prefault({}),
  breaker: breaker.prefault({}),
  callback: callback.optional(),
  settings: z.unknown().optional().describe('What only this kind knows; see its section below.'),
});

export type ProviderSection = z.output<typeof sectionProvider>;
