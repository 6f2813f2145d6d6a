import { z } from 'zod';
import { SCOPES } from '../model/access.ts';
import { PROVIDER_KEY_PATTERN } from '../model/ids.ts';
import { KEY_ID_PATTERN } from './key-hash.ts';

/** What may sign a token: asymmetric only, so that whoever can check one cannot make one. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const text = (max: number) => z.string().min(1).max(max);
const providerKey = z.string().regex(PROVIDER_KEY_PATTERN);

/** Where a grant holds. */
const grantMembers = {
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .describe(
      '`read`: see. `submit`: begin work. `operate`: cancel, suspend, resume, rerun, delete. `admin`: everything, everywhere. `submit` and `operate` are of no use without `read`.',
    ),
  providers: z
    .array(providerKey)
    .min(1)
    .max(1000)
    .optional()
    .describe('Keys of the providers where the scopes hold. When absent: all.'),
  projects: z
    .array(
      z.strictObject({
        provider: providerKey.describe('Key of the provider.'),
        project: text(512).describe(
          'The project as its provider identifies it: `nativeRef.nativeId` of the project in the graph, such as a namespace of Bacalhau.',
        ),
      }),
    )
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'The only projects where the scopes hold; what is in none of them does not exist for the caller. When absent: all.',
    ),
};

const grantSchema = z.strictObject(grantMembers);
const grantsSchema = z.array(grantSchema).min(1).max(100);

const tokenGrantSchema = z.strictObject({
  when: z
    .strictObject({
      claim: text(256).describe(
        'Name of a claim of the token. Dots lead into objects: `realm_access.roles`.',
      ),
      equals: text(1024).optional().describe('The claim is this text.'),
      contains: text(1024)
        .optional()
        .describe('The claim is a list with this text in it, or a text of words of which it is one.'),
    })
    .refine((when) => (when.equals === undefined) !== (when.contains === undefined), {
      message: 'needs exactly one of "equals" and "contains"',
      params: { fix: 'Keep one of the two.' },
    })
    .optional()
    .describe('Which tokens it is for. When absent: all of this issuer.'),
  ...grantMembers,
});

const apiKeySchema = z.strictObject({
  id: z
    .string()
    .regex(KEY_ID_PATTERN)
    .describe(
      'Name of the key, a part of it and of what is audited: 1 to 40 lower-case letters, digits and inner hyphens.',
    ),
  hash: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .describe(
      'What `gridweave keys create` printed: `scrypt.…`, or `{ env: NAME }` or `{ file: PATH }` where that is kept. The key itself is kept nowhere.',
    ),
  expiresAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When it ends, such as `2027-01-31T00:00:00Z`. When absent: never.'),
  tenant: text(256)
    .optional()
    .describe(
      'The tenant that its bearer belongs to: where a provider has `tenants`, it is called with the credential of this one. When absent: with the configured `credential`.',
    ),
  grants: grantsSchema.describe('What its bearer may do.'),
});

const issuerSchema = z.strictObject({
  issuer: text(2048).describe('`iss` of the tokens, to the letter.'),
  audience: z
    .union([text(1024), z.array(text(1024)).min(1).max(20)])
    .describe(
      '`aud` of the tokens: what the issuer calls this gateway. With several, one of them is enough.',
    ),
  jwksUrl: text(2048)
    .optional()
    .describe(
      'Where the issuer publishes its keys: https, or http on this machine. They are read when a token comes, kept for ten minutes, and read again for a key that is not known. Either this or `jwks`.',
    ),
  jwks: z
    .unknown()
    .optional()
    .describe('`{ file: PATH }` of a JSON Web Key Set, where there is no URL. Read at start.'),
  algorithms: z
    .array(z.enum(JWT_ALGORITHMS))
    .min(1)
    .max(JWT_ALGORITHMS.length)
    .describe('What the tokens may be signed with; nothing else is looked at. Symmetric ones are not known.'),
  clockToleranceSeconds: z
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('By how much the clocks may differ, in seconds.'),
  subjectClaim: text(256)
    .default('sub')
    .describe('The claim that names the caller, and never another one: a text.'),
  tenantClaim: text(256)
    .optional()
    .describe(
      'The claim that names the tenant of the caller, a text. A token without it is refused. When absent: callers are of no tenant.',
    ),
  grants: z
    .array(tokenGrantSchema)
    .min(1)
    .max(100)
    .describe('What their bearers may do. A token for which none holds is refused.'),
});

/** `auth`: who may come in. */
export const authSchema = z
  .strictObject({
    apiKeys: z
      .array(apiKeySchema)
      .max(10_000)
      .default([])
      .describe('Keys that this gateway gave out: `Authorization: Bearer gw_…` or `x-api-key: gw_…`.'),
    jwt: z
      .array(issuerSchema)
      .max(20)
      .default([])
      .describe('Tokens that others give out: `Authorization: Bearer …`.'),
    anonymous: z
      .strictObject({ grants: grantsSchema.describe('What they may do.') })
      .optional()
      .describe(
        'Callers without a credential. When absent, they are refused. A wrong credential is refused in any case.',
      ),
  })
  .describe(
    'Who may come in, over HTTP, event streams and WebSockets alike. When absent: whoever is on this machine, and the gateway listens on loopback addresses only.',
  );

export type AuthSection = z.output<typeof authSchema>;
export type GrantSection = z.output<typeof grantSchema>;
