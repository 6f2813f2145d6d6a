import type { Grant } from '../model/access.ts';
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import { epochMs, type EpochMs } from '../model/time.ts';
import type { ApiKeyConfig, AuthConfig, IssuerConfig, IssuerKeys, TokenGrant } from './auth-config.ts';
import { authSchema, type AuthSection, type GrantSection } from './auth-schema.ts';
import type { SecretOrigin } from './config.ts';
import { spellPath } from './echo.ts';
import { readIssuerKeys } from './issuer-keys.ts';
import { parseKeyHash, type KeyHash } from './key-hash.ts';
import type { Findings, Path } from './problem.ts';
import { readReference, resolveSecret, type SecretSources } from './secret-reference.ts';

interface ReadHash {
  readonly hash: KeyHash;
  readonly hashFrom: SecretOrigin['from'] | null;
}

/**
 * Checks what the schema of `auth` cannot, on the raw section, so that all its problems are told at once; what the
 * schema can tell is told by whoever parses the whole file. Null without the section, or with findings.
 */
export function readAuth(
  raw: unknown,
  knownProviders: readonly unknown[],
  sources: SecretSources,
  findings: Findings,
): AuthConfig | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  const { apiKeys, jwt } = raw as Readonly<Record<string, unknown>>;
  const hashes = entriesOf(apiKeys).map((entry, i) =>
    entry === null ? null : readHash(entry['hash'], ['auth', 'apiKeys', i, 'hash'], sources, findings),
  );
  const keys = entriesOf(jwt).map((entry, i) =>
    entry === null ? null : readIssuerKeys(entry, ['auth', 'jwt', i], sources, findings),
  );
  const parsed = authSchema.safeParse(raw);
  if (!parsed.success) return null;
  checkAll(parsed.data, knownProviders, findings);
  return configured(parsed.data, hashes, keys);
}

function entriesOf(list: unknown): (Readonly<Record<string, unknown>> | null)[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? (entry as Readonly<Record<string, unknown>>)
      : null,
  );
}

function readHash(value: unknown, path: Path, sources: SecretSources, findings: Findings): ReadHash | null {
  // That it is missing, or neither a text nor a section, is told by the schema.
  const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (typeof value !== 'string' && !isSection) return null;
  let text: unknown = value;
  let hashFrom: SecretOrigin['from'] | null = null;
  if (isSection) {
    hashFrom = readReference(value, path, findings);
    const secret = hashFrom === null ? null : resolveSecret(hashFrom, path, sources, findings);
    if (secret === null) return null;
    text = secret.reveal();
  }
  const hash = typeof text === 'string' ? parseKeyHash(text) : null;
  if (hash !== null) return { hash, hashFrom };
  const isKey = typeof text === 'string' && text.startsWith('gw_');
  const make = 'Make a new key with: gridweave keys create --id NAME.';
  findings.add(
    path,
    `${spellPath(path)} is ${isKey ? 'the key itself' : 'no hash of a key'}; what "gridweave keys create" prints is asked for.`,
    isKey ? `${make} This one has been in a file.` : make,
  );
  return null;
}

function checkAll(section: AuthSection, knownProviders: readonly unknown[], findings: Findings): void {
  const { apiKeys, jwt, anonymous } = section;
  if (apiKeys.length === 0 && jwt.length === 0 && anonymous === undefined) {
    const fix = 'Add "apiKeys", "jwt" or "anonymous", or remove "auth" for a gateway of this machine alone.';
    findings.add(['auth'], 'auth lets nobody in.', fix, 'key');
  }
  refuseTwins(apiKeys.map(({ id }) => id), ['auth', 'apiKeys'], 'id', findings); // prettier-ignore
  refuseTwins(jwt.map(({ issuer }) => issuerName(issuer)), ['auth', 'jwt'], 'issuer', findings); // prettier-ignore
  const check = (grants: readonly GrantSection[], path: Path): void =>
    grants.forEach((grant, i) => checkGrant(grant, [...path, 'grants', i], knownProviders, findings));
  for (const [i, { grants }] of apiKeys.entries()) check(grants, ['auth', 'apiKeys', i]);
  for (const [i, { grants }] of jwt.entries()) check(grants, ['auth', 'jwt', i]);
  if (anonymous !== undefined) check(anonymous.grants, ['auth', 'anonymous']);
}

function refuseTwins(names: readonly string[], path: Path, member: string, findings: Findings): void {
  const first = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const before = first.get(name);
    if (before === undefined) first.set(name, i);
    else {
      const at = [...path, i, member];
      const said = `${spellPath(at)} names the same as ${spellPath([...path, before, member])}.`;
      findings.add(at, said, 'Keep one of them.');
    }
  }
}

/** A provider that does not exist is a typing error, and would silently grant nothing. */
function checkGrant(
  { providers, projects = [] }: GrantSection,
  path: Path,
  known: readonly unknown[],
  findings: Findings,
): void {
  const check = (provider: string, at: Path): void => {
    if (known.includes(provider)) return;
    findings.add(
      at,
      `${spellPath(at)} is the key of no provider.`,
      'Write the key of a configured provider.',
    );
  };
  for (const [i, provider] of (providers ?? []).entries()) check(provider, [...path, 'providers', i]);
  for (const [i, { provider }] of projects.entries()) {
    const at = [...path, 'projects', i, 'provider'];
    check(provider, at);
    if (providers === undefined || providers.includes(provider)) continue;
    findings.add(at, `${spellPath(at)} is not among the providers of this grant.`, 'Add it there.');
  }
}

function configured(
  { apiKeys, jwt, anonymous }: AuthSection,
  hashes: readonly (ReadHash | null)[],
  keys: readonly (IssuerKeys | null)[],
): AuthConfig {
  return {
    apiKeys: apiKeys.flatMap(({ id, expiresAt, tenant = null, grants }, i): ApiKeyConfig[] => {
      const read = hashes[i] ?? null;
      if (read === null) return [];
      return [{ id, ...read, expiresAt: endOf(expiresAt), tenant, grants: grants.map(grantOf) }];
    }),
    issuers: jwt.flatMap((entry, i): IssuerConfig[] => {
      const from = keys[i] ?? null;
      if (from === null) return [];
      const {
        issuer,
        audience,
        algorithms,
        clockToleranceSeconds,
        subjectClaim,
        tenantClaim = null,
        grants,
      } = entry;
      return [
        {
          issuer,
          name: issuerName(issuer),
          audience: typeof audience === 'string' ? [audience] : audience,
          keys: from,
          algorithms,
          clockToleranceSeconds,
          subjectClaim,
          tenantClaim,
          grants: grants.map(tokenGrantOf),
        },
      ];
    }),
    anonymous: anonymous?.grants.map(grantOf) ?? null,
  };
}

/** `https://id.example.org/realms/lab/` → `id.example.org/realms/lab`. */
function issuerName(issuer: string): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  return url === null || url.host === '' ? issuer : `${url.host}${url.pathname}`.replace(/\/+$/, '');
}

function endOf(expiresAt: string | undefined): EpochMs | null {
  return expiresAt === undefined ? null : epochMs(Date.parse(expiresAt));
}

function grantOf({ scopes, providers, projects }: GrantSection): Grant {
  return {
    scopes,
    providers: providers === undefined ? null : providers.map((key) => key as ProviderKey),
    projects:
      projects?.map(({ provider, project }) => ({
        provider: provider as ProviderKey,
        key: project as NativeKey,
      })) ?? null,
  };
}

function tokenGrantOf({ when, ...grant }: AuthSection['jwt'][number]['grants'][number]): TokenGrant {
  if (when === undefined) return { grant: grantOf(grant), when: null };
  const { claim, equals, contains } = when;
  const condition =
    equals === undefined
      ? ({ test: 'contains', text: contains ?? '' } as const)
      : ({ test: 'equals', text: equals } as const);
  return { grant: grantOf(grant), when: { claim, ...condition } };
}
