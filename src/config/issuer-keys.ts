import { resolve } from 'node:path';
import type { IssuerKeys, JsonWebKeySet } from './auth-config.ts';
import { echoFile, spellPath } from './echo.ts';
import { isLoopback } from './loopback.ts';
import type { Findings, Path } from './problem.ts';
import { readText } from './read-file.ts';
import type { SecretSources } from './secret-reference.ts';

/** An issuer has a handful of keys. */
const MAX_JWKS_BYTES = 256 * 1024;

/** Where the keys of one raw entry of `auth.jwt` come from. Null, with a finding, when it does not say so rightly. */
export function readIssuerKeys(
  { jwksUrl, jwks }: Readonly<Record<string, unknown>>,
  path: Path,
  sources: SecretSources,
  findings: Findings,
): IssuerKeys | null {
  if ((jwksUrl === undefined) === (jwks === undefined)) {
    findings.add(
      path,
      `${spellPath(path)} needs exactly one of "jwksUrl" and "jwks".`,
      'Write jwksUrl: https://…, or jwks: { file: PATH }.',
    );
    return null;
  }
  return jwks === undefined
    ? readJwksUrl(jwksUrl, [...path, 'jwksUrl'], findings)
    : readJwksFile(jwks, [...path, 'jwks'], sources, findings);
}

function readJwksUrl(value: unknown, path: Path, findings: Findings): IssuerKeys | null {
  // Wrong types are told by the schema.
  if (typeof value !== 'string') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === null || !secure || url.username !== '' || url.password !== '') {
    findings.add(
      path,
      `${spellPath(path)} must be an https URL without a user; http is for this machine only.`,
      'Whoever can change the keys on their way can let anybody in. Write the https address of the key set.',
    );
    return null;
  }
  return { url };
}

function readJwksFile(
  value: unknown,
  path: Path,
  sources: SecretSources,
  findings: Findings,
): IssuerKeys | null {
  const file = typeof value === 'object' && value !== null && 'file' in value ? value.file : null;
  if (typeof file !== 'string' || file === '' || Object.keys(Object(value) as object).length !== 1) {
    findings.add(path, `${spellPath(path)} must be { file: PATH }.`, 'Write the path of a JSON Web Key Set.');
    return null;
  }
  const name = echoFile(file);
  const subject = name === null ? 'The file named here' : `File ${name}`;
  const text = readText(sources.readFile, resolve(sources.folder, file), MAX_JWKS_BYTES);
  if ('problem' in text) {
    findings.add(path, `${subject} ${text.problem}.`, 'Correct the path or its permissions.');
    return null;
  }
  const jwks = parseKeySet(text.text);
  if (jwks !== null) return { jwks, file };
  findings.add(
    path,
    `${subject} is no JSON Web Key Set of public keys.`,
    'It must be { "keys": [ … ] } with RSA, EC or OKP keys. A private or a symmetric key does not belong here; replace it.',
  );
  return null;
}

/** Null for anything but a set of public keys. */
function parseKeySet(text: string): JsonWebKeySet | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : null;
  return Array.isArray(keys) && keys.length > 0 && keys.every(isPublicKey) ? { keys } : null;
}

function isPublicKey(key: unknown): key is Readonly<Record<string, unknown>> {
  if (typeof key !== 'object' || key === null || 'd' in key || 'k' in key) return false;
  return 'kty' in key && ['RSA', 'EC', 'OKP'].includes(String(key.kty));
}
