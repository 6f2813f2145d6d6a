import { GridweaveError } from './errors.ts';

/** The stable name an operator gives to one configured provider connection; part of every id. */
export type ProviderKey = string & { readonly __brand: 'ProviderKey' };

/** A provider's own identity of an object. Opaque outside the adapter that made it. */
export type NativeKey = string & { readonly __brand: 'NativeKey' };

/** An opaque, URL-safe, stable id of one object of one provider. */
export type GlobalId = string & { readonly __brand: 'GlobalId' };

/** What kinds of object a provider can hold. */
export const RECORD_KINDS = ['job', 'task', 'execution', 'computeNode', 'project'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export type IdKind = RecordKind | 'provider';

export interface ObjectRef {
  readonly kind: IdKind;
  readonly provider: ProviderKey;
  /** Empty for a provider itself. */
  readonly key: NativeKey;
}

const FORMAT = '1';
const LETTER: Record<IdKind, string> = {
  job: 'J',
  task: 'T',
  execution: 'E',
  computeNode: 'N',
  project: 'P',
  provider: 'V',
};
const KIND = new Map(Object.entries(LETTER).map(([kind, letter]) => [letter, kind as IdKind]));

/** Lower-case words of letters, digits and hyphens: what an operator may call a provider. */
export const PROVIDER_KEY_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** The longest id that is looked at; longer input is refused before it is decoded. */
export const MAX_ID_LENGTH = 2048;

/** Encodes (format, kind, provider key, native key). Holds no URL, no credential, and needs no database. */
export function encodeId(kind: IdKind, provider: ProviderKey, key: NativeKey | ''): GlobalId {
  return Buffer.from(`${FORMAT}${LETTER[kind]}${provider}/${key}`).toString('base64url') as GlobalId;
}

/** Decodes an id, or returns null for anything that `encodeId` cannot have produced. */
export function decodeId(id: string): ObjectRef | null {
  if (id.length === 0 || id.length > MAX_ID_LENGTH || !/^[A-Za-z0-9_-]+$/.test(id)) return null;
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const kind = KIND.get(text[1] ?? '');
  const slash = text.indexOf('/');
  if (text[0] !== FORMAT || kind === undefined || slash < 3) return null;
  const provider = text.slice(2, slash) as ProviderKey;
  const key = text.slice(slash + 1) as NativeKey;
  if (!PROVIDER_KEY_PATTERN.test(provider) || (kind === 'provider') !== (key === '')) return null;
  // One object has one id: a non-canonical spelling of the same bytes is not accepted.
  return encodeId(kind, provider, key) === id ? { kind, provider, key } : null;
}

const SPOKEN: Record<IdKind, string> = {
  job: 'a Job',
  task: 'a Task',
  execution: 'an Execution',
  computeNode: 'a ComputeNode',
  project: 'a Project',
  provider: 'a Provider',
};

/** Decodes an id that must name a `kind`; throws a typed error that says what the id names instead. */
export function expectId(id: string, kind: IdKind, argument = 'id'): ObjectRef {
  const ref = decodeId(id);
  if (ref === null) {
    throw new GridweaveError('NOT_FOUND', `The value of "${argument}" is not an id of this graph. Ids come from the "id" field of an object; they cannot be made up.`, { field: argument }); // prettier-ignore
  }
  if (ref.kind !== kind) {
    throw new GridweaveError('INVALID_ARGUMENT', `The value of "${argument}" is the id of ${SPOKEN[ref.kind]}, and ${SPOKEN[kind]} is asked for. Use the field for that type, or "node".`, { field: argument }); // prettier-ignore
  }
  return ref;
}
