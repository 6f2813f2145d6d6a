import type { BroughtCredential, ProviderAccess } from '../providers/access.ts';
import type { CredentialForm } from '../providers/kind.ts';
import type { Credential } from '../upstream/types.ts';
import type { ProviderKind, SecretOrigin } from './config.ts';
import { makeCredential, readCredential, type KindSettings } from './credential.ts';
import { spellPath } from './echo.ts';
import type { Findings, Path } from './problem.ts';
import { sectionBrought } from './provider-schema.ts';
import type { SecretSources } from './secret-reference.ts';

/** What the file says of `tenants` and `callerCredential`, as it can be shown. */
export interface AccessSource {
  /** Where each tenant's secrets are kept. */
  readonly tenants: ReadonlyMap<string, readonly SecretOrigin[]> | null;
  /** Which header each member comes in. */
  readonly headers: Readonly<Record<string, string>> | null;
}

export interface ConfiguredAccess {
  readonly access: ProviderAccess;
  readonly accessSource: AccessSource;
}

interface Known {
  readonly kind: ProviderKind | null;
  /** Null when they are wrong. */
  readonly settings: KindSettings | null;
}

/** Names that say something else to this gateway, to proxies before it, or to browsers. */
const TAKEN = /^x-(api-key|request-id|forwarded-.*|real-ip|gridweave-.*)$/;

/**
 * Reads with whose credentials a provider is called. What the schema tells (names, lengths, unknown keys) is told by
 * whoever parses the whole file. Without `sources` no secret is read.
 */
export function readAccess(
  entry: Readonly<Record<string, unknown>>,
  path: Path,
  known: Known,
  sources: SecretSources | null,
  findings: Findings,
): ConfiguredAccess {
  const { tenants: given, callerCredential, credential } = entry;
  if (given !== undefined && callerCredential !== undefined) {
    const said = `${spellPath(path)} has both "tenants" and "callerCredential".`;
    findings.add([...path, 'callerCredential'], said, 'Keep one of them.', 'key');
  }
  const tenants = readTenants(given, [...path, 'tenants'], known, sources, findings);
  const brought = readBrought(callerCredential, [...path, 'callerCredential'], known, findings);
  const restricted = given !== undefined || callerCredential !== undefined;
  return {
    access: {
      shared: !restricted || credential !== undefined,
      tenants: tenants === null ? null : tenants.credentials,
      brought: brought === null ? null : brought.credential,
    },
    accessSource: { tenants: tenants?.secrets ?? null, headers: brought?.headers ?? null },
  };
}

function readTenants(
  value: unknown,
  path: Path,
  { kind, settings }: Known,
  sources: SecretSources | null,
  findings: Findings,
): {
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly secrets: ReadonlyMap<string, readonly SecretOrigin[]>;
} | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const credentials = new Map<string, Credential>();
  const secrets = new Map<string, readonly SecretOrigin[]>();
  for (const [tenant, reference] of Object.entries(value)) {
    const read = readCredential(reference, [...path, tenant], kind, settings, sources, findings);
    if (read.credential !== null) credentials.set(tenant, read.credential);
    secrets.set(tenant, read.secrets);
  }
  return { credentials, secrets };
}

function readBrought(
  value: unknown,
  path: Path,
  { kind, settings }: Known,
  findings: Findings,
): { readonly credential: BroughtCredential; readonly headers: Readonly<Record<string, string>> } | null {
  if (value === undefined || kind === null) return null;
  const parsed = sectionBrought.safeParse(value);
  if (!parsed.success) return null;
  const headers = new Map(Object.entries(parsed.data.headers).map(([member, name]) => [member, name.toLowerCase()])); // prettier-ignore
  for (const [member, name] of headers) {
    if (!TAKEN.test(name)) continue;
    const said = `${spellPath([...path, 'headers', member])} is a header with a meaning of its own.`;
    findings.add([...path, 'headers', member], said, 'Choose another name, such as x-lab-token.');
  }
  const form = formOf(kind, [...headers.keys()]);
  if (form === null) {
    const wanted = kind.credentials.map(({ members }) => members.join(' and ')).join(', or ');
    const fix = wanted === '' ? 'This kind takes no credential; remove it.' : `Name a header for ${wanted}.`;
    findings.add([...path, 'headers'], `${spellPath([...path, 'headers'])} makes no credential of this kind.`, fix); // prettier-ignore
    return null;
  }
  if (new Set(headers.values()).size < headers.size) {
    findings.add([...path, 'headers'], `${spellPath([...path, 'headers'])} has one header for two members.`, 'Give each its own.'); // prettier-ignore
  }
  // What depends on settings that are wrong cannot be made; they are told already.
  if (settings === null) return null;
  return {
    credential: {
      headers: form.members.map((member) => headers.get(member) ?? ''),
      make: (values) => makeCredential(form, values, kind, settings),
    },
    headers: Object.fromEntries(headers),
  };
}

function formOf(kind: ProviderKind, given: readonly string[]): CredentialForm | null {
  return (
    kind.credentials.find(
      ({ members }) => members.length === given.length && members.every((member) => given.includes(member)),
    ) ?? null
  );
}
