import type { ProviderKind } from './config.ts';
import { spellPath } from './echo.ts';
import type { Findings, Path } from './problem.ts';

/** Why a URL cannot be a provider's base URL, as [what is wrong, what to do]; null when it can. */
function trouble(url: URL): readonly [string, string] | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return ['must begin with http:// or https://.', 'Write the address of the provider’s HTTP API.'];
  }
  if (url.username !== '' || url.password !== '') {
    return [
      'must not hold a user or a password.',
      'Remove what stands before the "@" and use "credential" instead. Replace the password: it was in the file.',
    ];
  }
  if (url.search !== '') return ['must not have a query.', 'Remove the "?" and what follows.'];
  if (url.hash !== '') return ['must not have a fragment.', 'Remove the "#" and what follows.'];
  return null;
}

/** Reads a provider's base URL, or its kind's default. Null, with a finding where that is due, when there is none. */
export function readUrl(
  value: unknown,
  path: Path,
  kind: ProviderKind | null,
  findings: Findings,
): URL | null {
  if (value === undefined) {
    if (kind === null) return null;
    if (kind.defaultUrl !== null) return new URL(kind.defaultUrl);
    findings.add(
      path,
      `${spellPath(path)} is missing: ${kind.title} has no public endpoint.`,
      'Add "url", such as http://10.0.0.5:1234.',
      'key',
    );
    return null;
  }
  // Wrong types and lengths are told by the schema.
  if (typeof value !== 'string' || value.length > 2048) return null;
  if (!URL.canParse(value)) {
    findings.add(
      path,
      `${spellPath(path)} is not a URL.`,
      'Write a whole one, such as https://compute.example.org.',
    );
    return null;
  }
  const url = new URL(value);
  const wrong = trouble(url);
  if (wrong === null) return url;
  findings.add(path, `${spellPath(path)} ${wrong[0]}`, wrong[1]);
  return null;
}
