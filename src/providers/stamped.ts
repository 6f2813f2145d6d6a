import type { SubmissionStamp } from './acting.ts';

/** Labels that adapters put on what they submit, where the provider has labels. Users may not set labels of this prefix. */
export const STAMP_LABEL_PREFIX = 'gridweave-';
export const STAMP_LABEL = 'gridweave-key';
export const SPEC_HASH_LABEL = 'gridweave-spec';

/** Letters of a stamp in a name: 80 bits, far from any collision within one provider. */
const NAME_LETTERS = 16;

/**
 * A name that only this submission has: the user's, as far as it fits, with a part of the stamp. Lower-case letters, digits
 * and single hyphens (a DNS label), so that every provider takes it. The same name and stamp give the same text, always.
 */
export function stampedName(name: string, stamp: SubmissionStamp, maxLength = 63): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, maxLength - NAME_LETTERS - 1)
    .replace(/-+$/, '');
  return `${slug === '' ? 'job' : slug}-${stamp.id.slice(0, NAME_LETTERS)}`;
}
