import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { fingerprintOf } from '../upstream/credential.ts';
import type { ConfiguredProvider, ProviderKind } from './config.ts';
import type { KindSettings } from './credential.ts';
import { spellPath } from './echo.ts';
import { explainIssues } from './explain.ts';
import { shapeOf } from './expected.ts';
import type { Findings, Path } from './problem.ts';
import { readReference, resolveSecret, type SecretSources } from './secret-reference.ts';

export type ConfiguredCallback = Pick<ConfiguredProvider, 'callback' | 'callbackSource'>;

interface Known {
  readonly kind: ProviderKind | null;
  readonly kinds: readonly ProviderKind[];
  /** Null when they are wrong. */
  readonly settings: KindSettings | null;
}

const NONE: ConfiguredCallback = { callback: null, callbackSource: null };

/** Says that this kind makes no calls to the gateway. */
function refuseKind(
  kind: ProviderKind,
  kinds: readonly ProviderKind[],
  path: Path,
  findings: Findings,
): void {
  const able = kinds.filter(({ callback }) => callback !== undefined).map((other) => other.kind);
  const fix = able.length === 0 ? 'Remove it.' : `Remove it. Kinds with a callback: ${able.join(', ')}.`;
  findings.add(path, `A provider of kind "${kind.kind}" has no callback.`, fix, 'key');
}

/**
 * Reads the `callback` of one raw entry, as far as the kind decides about it; the section's own schema has told what is
 * missing or unknown. The password goes straight into what the kind makes of it. Without `sources` it is not read.
 */
export function readCallback(
  entry: Readonly<Record<string, unknown>>,
  path: Path,
  { kind, kinds, settings }: Known,
  sources: SecretSources | null,
  findings: Findings,
): ConfiguredCallback {
  const { callback: given, key } = entry;
  if (given === undefined) return NONE;
  if (kind !== null && kind.callback === undefined) refuseKind(kind, kinds, path, findings);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return NONE;
  const { user, password, answer } = given as Readonly<Record<string, unknown>>;
  const at = [...path, 'password'];
  const from = password === undefined ? null : readReference(password, at, findings);
  const definition = kind?.callback;
  if (definition === undefined) return NONE;
  const checked = definition.answerSchema.safeParse(answer);
  if (!checked.success) {
    explainIssues(findings, answer, shapeOf(definition.answerSchema), checked.error.issues, [
      ...path,
      'answer',
    ]);
  }
  if (from === null || !checked.success || typeof user !== 'string' || typeof key !== 'string') return NONE;
  const secret = sources === null ? null : resolveSecret(from, at, sources, findings);
  const fingerprint = secret === null ? null : fingerprintOf('callback', secret.reveal());
  const callbackSource = { user, password: { member: 'password', from }, answer: checked.data, fingerprint };
  if (secret === null || settings === null) return { callback: null, callbackSource };
  try {
    const callback = definition.create({
      provider: key as ProviderKey,
      settings: settings.value,
      user,
      password: secret.reveal(),
      answer: checked.data,
    });
    return { callback, callbackSource };
  } catch (error) {
    if (!(error instanceof GridweaveError)) throw error;
    findings.add(path, `${spellPath(path)} cannot be used: ${error.message}`, 'Correct user and password.');
    return NONE;
  }
}
