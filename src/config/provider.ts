import type { ProviderKey } from '../model/ids.ts';
import { refusedCredential } from '../upstream/credential.ts';
import type { Credential, UpstreamOptions } from '../upstream/types.ts';
import { readAccess, type ConfiguredAccess } from './access.ts';
import { readCallback, type ConfiguredCallback } from './callback.ts';
import type { ConfiguredProvider, ProviderKind } from './config.ts';
import { readCredential } from './credential.ts';
import { echoWord, spellPath } from './echo.ts';
import { explainIssues } from './explain.ts';
import { shapeOf } from './expected.ts';
import type { Findings, Path } from './problem.ts';
import type { ProviderSection } from './provider-schema.ts';
import type { SecretSources } from './secret-reference.ts';
import { suggest } from './suggest.ts';
import { readUrl } from './url.ts';

/** What depends on the kind of one entry. */
export interface KindParts extends ConfiguredCallback, ConfiguredAccess {
  readonly kind: ProviderKind;
  readonly url: URL;
  readonly settings: unknown;
  readonly credential: Credential | null;
  readonly secrets: ConfiguredProvider['secrets'];
}

function findKind(
  name: unknown,
  path: Path,
  kinds: readonly ProviderKind[],
  findings: Findings,
): ProviderKind | null {
  if (typeof name !== 'string') return null;
  const found = kinds.find(({ kind }) => kind === name);
  if (found !== undefined) return found;
  const known = kinds.map(({ kind }) => kind);
  const near = suggest(name, known);
  const word = echoWord(name);
  findings.add(
    path,
    `${word === null ? `${spellPath(path)} names an unknown kind` : `Unknown kind ${word}`}${near === null ? '.' : `; did you mean "${near}"?`}`,
    near === null ? `Known kinds: ${known.join(', ')}.` : `Write kind: ${near}.`,
  );
  return null;
}

/**
 * Checks what depends on the kind, on the raw entry: this finds its problems also when the rest of the entry is wrong.
 * Null, with findings, when something is missing.
 */
export function readKindParts(
  entry: Readonly<Record<string, unknown>>,
  path: Path,
  kinds: readonly ProviderKind[],
  sources: SecretSources,
  findings: Findings,
): KindParts | null {
  const kind = findKind(entry['kind'], [...path, 'kind'], kinds, findings);
  const url = readUrl(entry['url'], [...path, 'url'], kind, findings);
  const live = entry['enabled'] !== false;
  const given = entry['settings'] ?? {};
  const settings = kind?.settingsSchema.safeParse(given) ?? null;
  const { credential, secrets } = readCredential(
    entry['credential'],
    [...path, 'credential'],
    kind,
    settings?.success === true ? { value: settings.data } : null,
    live ? sources : null,
    findings,
  );
  const callback = readCallback(
    entry,
    [...path, 'callback'],
    { kind, kinds, settings: settings?.success === true ? { value: settings.data } : null },
    live ? sources : null,
    findings,
  );
  const access = readAccess(
    entry,
    path,
    { kind, settings: settings?.success === true ? { value: settings.data } : null },
    live ? sources : null,
    findings,
  );
  if (kind === null || settings === null) return null;
  if (!settings.success) {
    explainIssues(findings, given, shapeOf(kind.settingsSchema), settings.error.issues, [
      ...path,
      'settings',
    ]);
  }
  return url === null || !settings.success
    ? null
    : { kind, url, settings: settings.data, credential, secrets, ...callback, ...access };
}

/** What callers hear who are not called for. Whose tenant has none does not see the provider, and never hears it. */
function ownNeeded(key: ProviderKey, { accessSource: { headers } }: KindParts): string {
  if (headers === null) return `Provider "${key}" is called with the credentials of tenants alone.`;
  const names = Object.values(headers).join(' and ');
  return `Provider "${key}" is called with callers’ own credentials: send yours in ${names}.`;
}

/** Puts a checked entry and its kind's parts together. */
export function configuredProvider(section: ProviderSection, parts: KindParts): ConfiguredProvider {
  const key = section.key as ProviderKey;
  const { timeoutMs, breaker } = section;
  const upstream: UpstreamOptions = {
    provider: key,
    baseUrl: parts.url,
    credential: parts.access.shared ? parts.credential : refusedCredential(ownNeeded(key, parts)),
    tokenUrl: parts.kind.tokenPlan?.(parts.settings).baseUrl ?? null,
    timeoutMs,
    connectTimeoutMs: section.connectTimeoutMs,
    maxConnections: section.maxConnections,
    maxResponseBytes: section.maxResponseBytes,
    freshnessMs: section.freshnessMs,
    rate: section.rate,
    retry: section.retry,
    breaker: { ...breaker, slowCallMs: breaker.slowCallMs ?? Math.round(timeoutMs * 0.9) },
  };
  const { url: _url, credential: _credential, ...kindParts } = parts;
  return { key, name: section.name ?? key, upstream, enabled: section.enabled, ...kindParts };
}
