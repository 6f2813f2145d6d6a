import { MASK } from '../../../upstream/redact.ts';
import type { CreateBody } from './create-body.ts';

/** Shorter texts are too likely to be ordinary words. */
const MIN_SECRET_LENGTH = 6;

/**
 * A refusal without what it may repeat of the request: the query of a URL may be a signature, and the operator's own members
 * may be secret. The credential is masked before an answer comes here.
 */
export function masked(text: string | null, { body, ownMembers }: CreateBody): string | null {
  if (text === null) return null;
  const urls = [...body.inputFiles.map(({ url }) => url), ...body.app.split(' ').slice(1)];
  const secrets = [...urls.flatMap(secretOfUrl), ...ownMembers.flatMap(textsOf)]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, MASK), text);
}

/** The whole query, and each value of it, as they stand in the text and decoded. */
function secretOfUrl(url: string): string[] {
  const query = url.split('#', 1)[0]?.split('?').slice(1).join('?') ?? '';
  const values = [...new URLSearchParams(query).values()];
  return [query, ...query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1)), ...values];
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
