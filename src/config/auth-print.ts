import type { Grant } from '../model/access.ts';
import type { AuthConfig } from './auth-config.ts';
import { SECRET_MASK } from './secret.ts';

/** `auth` as it is in effect. A hash is no secret, but nobody needs to read it, and it may have been kept like one. */
export function authEntry({ apiKeys, issuers, anonymous }: AuthConfig): object {
  return {
    apiKeys: apiKeys.map(({ id, expiresAt, tenant, grants }) => ({
      id,
      hash: SECRET_MASK,
      ...(expiresAt === null ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
      ...(tenant === null ? {} : { tenant }),
      grants: grants.map(grantEntry),
    })),
    jwt: issuers.map(
      ({ issuer, audience, keys, algorithms, clockToleranceSeconds, subjectClaim, tenantClaim, grants }) => ({
        issuer,
        audience: [...audience],
        // A query may hold what lets one read the keys.
        ...('url' in keys
          ? { jwksUrl: `${keys.url.origin}${keys.url.pathname}` }
          : { jwks: { file: keys.file } }),
        algorithms: [...algorithms],
        clockToleranceSeconds,
        subjectClaim,
        ...(tenantClaim === null ? {} : { tenantClaim }),
        grants: grants.map(({ grant, when }) => ({
          ...(when === null ? {} : { when: { claim: when.claim, [when.test]: when.text } }),
          ...grantEntry(grant),
        })),
      }),
    ),
    ...(anonymous === null ? {} : { anonymous: { grants: anonymous.map(grantEntry) } }),
  };
}

function grantEntry({ scopes, providers, projects }: Grant): object {
  return {
    scopes: [...scopes],
    ...(providers === null ? {} : { providers: [...providers] }),
    ...(projects === null
      ? {}
      : { projects: projects.map(({ provider, key }) => ({ provider, project: key })) }),
  };
}
