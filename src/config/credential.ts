import { GridweaveError } from '../model/errors.ts';
import type { CredentialForm } from '../providers/kind.ts';
import { clientCredential } from '../upstream/client-credential.ts';
import { basicCredential, bearerCredential, headerCredential } from '../upstream/credential.ts';
import type { Credential } from '../upstream/types.ts';
import type { ProviderKind, SecretOrigin } from './config.ts';
import { spellPath } from './echo.ts';
import { unknownKey } from './explain.ts';
import type { Findings, Path } from './problem.ts';
import { readReference, resolveSecret, type SecretSources } from './secret-reference.ts';

export interface ConfiguredCredential {
  /** Null without one, or when its secrets were not to be read. */
  readonly credential: Credential | null;
  readonly secrets: readonly SecretOrigin[];
}

/** The `settings` of an entry, checked by its kind. Some credentials depend on them. */
export interface KindSettings {
  readonly value: unknown;
}

const NONE: ConfiguredCredential = { credential: null, secrets: [] };

/** `{ apiKey: { env: NAME } }`: how a form of credential is written. */
export function spellForm({ members }: CredentialForm): string {
  return `{ ${members.map((member) => `${member}: { env: NAME }`).join(', ')} }`;
}

function spellForms(forms: readonly CredentialForm[]): string {
  return forms.length === 0
    ? 'This kind takes no credential; remove it.'
    : `Write ${forms.map(spellForm).join(' or ')}.`;
}

/** A credential of the values of a form's members. Throws INVALID_ARGUMENT for what cannot be sent. */
export function makeCredential(
  { scheme }: CredentialForm,
  [first = '', second]: readonly string[],
  kind: ProviderKind,
  settings: KindSettings,
): Credential {
  if (scheme === 'bearer') return bearerCredential(first, second);
  if (scheme === 'basic') return basicCredential(first, second ?? '');
  if (scheme === 'raw-authorization') return headerCredential('authorization', first);
  if (kind.tokenPlan === undefined) throw new TypeError(`kind "${kind.kind}" has no plan for tokens`);
  return clientCredential({ id: first, secret: second ?? '' }, kind.tokenPlan(settings.value));
}

/**
 * Reads the `credential` of one provider. Without a known `kind` the forms of its members are still checked, so that a
 * secret written into the file is told whatever else is wrong; without `settings`, one that depends on them is not made.
 */
export function readCredential(
  value: unknown,
  path: Path,
  kind: ProviderKind | null,
  settings: KindSettings | null,
  sources: SecretSources | null,
  findings: Findings,
): ConfiguredCredential {
  if (value === undefined) return NONE;
  const forms = kind?.credentials ?? [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    findings.add(
      path,
      `${spellPath(path)} must name its members: a secret is never written into the file.`,
      kind === null ? 'Write { apiKey: { env: NAME } } or what the kind asks for.' : spellForms(forms),
      value === null ? 'key' : 'value',
    );
    return NONE;
  }
  const known = [...new Set(forms.flatMap(({ members }) => members))];
  const origins = new Map<string, SecretOrigin | null>();
  for (const [member, reference] of Object.entries(value)) {
    if (kind !== null && !known.includes(member)) {
      unknownKey(findings, path, member, known, known.length === 0 ? spellForms(forms) : undefined);
    } else {
      const from = readReference(reference, [...path, member], findings);
      origins.set(member, from === null ? null : { member, from });
    }
  }
  if (kind === null) return NONE;
  const given = [...origins.keys()];
  const form = forms.find(
    ({ members }) => members.length === given.length && members.every((member) => origins.has(member)),
  );
  if (form === undefined) {
    // A member that is not known was told already, and may be the one that is missing.
    if (Object.keys(value).length === given.length) {
      const wrong = given.length === 0 ? 'is empty' : `cannot be made of ${given.join(' and ')} alone`;
      findings.add(path, `${spellPath(path)} ${wrong}.`, spellForms(forms));
    }
    return NONE;
  }
  const found = form.members.flatMap((member) => origins.get(member) ?? []);
  if (found.length !== form.members.length) return NONE;
  if (sources === null) return { credential: null, secrets: found };
  const secrets = found.flatMap(
    ({ member, from }) => resolveSecret(from, [...path, member], sources, findings) ?? [],
  );
  if (secrets.length !== found.length) return NONE;
  try {
    // Some cannot be made without settings; where these are wrong, that is told already.
    if (settings === null && form.scheme === 'client-credentials')
      return { credential: null, secrets: found };
    const values = secrets.map((secret) => secret.reveal());
    return { credential: makeCredential(form, values, kind, settings ?? { value: null }), secrets: found };
  } catch (error) {
    if (!(error instanceof GridweaveError)) throw error;
    findings.add(path, `${spellPath(path)} cannot be used: ${error.message}`, 'Correct the stored secret.');
    return NONE;
  }
}
