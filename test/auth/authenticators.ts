/** Authenticators as a configuration makes them, with keys that are known to the test. */
import { pino, type Logger } from 'pino';
import type { AuthConfig, IssuerConfig } from '../../src/config/auth-config.ts';
import type { Grant } from '../../src/model/access.ts';
import { systemClock, type Clock, type EpochMs } from '../../src/model/time.ts';
import { Authenticator } from '../../src/server/auth/authenticator.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';

export const READ_ALL: Grant = { scopes: ['read'], providers: null, projects: null };

export interface TestKey {
  readonly grants: readonly Grant[];
  readonly expiresAt?: number;
}

export interface TestAuth<Id extends string> {
  readonly auth: AuthConfig;
  readonly keys: Readonly<Record<Id, string>>;
}

/** A configuration with a new key for each id. */
export async function testAuth<Id extends string>(
  ids: Readonly<Record<Id, TestKey | readonly Grant[]>>,
  rest: { readonly issuers?: readonly IssuerConfig[]; readonly anonymous?: readonly Grant[] } = {},
): Promise<TestAuth<Id>> {
  const entries = Object.entries(ids) as [Id, TestKey | readonly Grant[]][];
  const made = await Promise.all(
    entries.map(async ([id, given]) => {
      const key = createKey(id);
      const { grants, expiresAt }: TestKey = 'grants' in given ? given : { grants: given };
      const end = expiresAt === undefined ? null : (expiresAt as EpochMs);
      return {
        id,
        key,
        entry: { id, hash: await hashKey(key), hashFrom: null, tenant: null, expiresAt: end, grants },
      };
    }),
  );
  return {
    auth: {
      apiKeys: made.map(({ entry }) => entry),
      issuers: rest.issuers ?? [],
      anonymous: rest.anonymous ?? null,
    },
    keys: Object.fromEntries(made.map(({ id, key }) => [id, key])) as Record<Id, string>,
  };
}

/** The same as an authenticator. */
export async function testAuthenticator<Id extends string>(
  ids: Readonly<Record<Id, TestKey | readonly Grant[]>>,
  {
    clock = systemClock,
    log = pino({ level: 'silent' }),
    ...rest
  }: {
    readonly clock?: Clock;
    readonly log?: Logger;
    readonly issuers?: readonly IssuerConfig[];
    readonly anonymous?: readonly Grant[];
  } = {},
): Promise<TestAuth<Id> & { readonly authenticator: Authenticator }> {
  const made = await testAuth(ids, rest);
  return { ...made, authenticator: new Authenticator({ auth: made.auth, clock, log }) };
}
