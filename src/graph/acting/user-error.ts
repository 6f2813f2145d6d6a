import type { ErrorCode, GridweaveError } from '../../model/errors.ts';
import { ERROR_CODES } from '../../model/errors.ts';
import type { Refusal } from '../../act/outcome.ts';
import { builder } from '../builder.ts';

/** An expected failure of a mutation, as a value. */
export interface UserErrorValue {
  readonly code: ErrorCode;
  readonly message: string;
  /** From the input object on; null when it is about no field. */
  readonly path: readonly string[] | null;
  readonly retryAfterMs: number | null;
  readonly upstreamStatus: number | null;
}

/** What a mutation was refused for, ready to be shown. */
export function userErrorOf(refusal: Refusal): UserErrorValue {
  if (refusal.type === 'FAILED') return failureOf(refusal.error);
  const { path, message } = refusal.problem;
  const code = refusal.type === 'INVALID_FIELD' ? 'INVALID_ARGUMENT' : 'UNSUPPORTED_FIELD';
  const name = path.map(String);
  const sentence = `"${name.join('.')}" ${message}`;
  return {
    code,
    message: refusal.type === 'INVALID_FIELD' ? `${sentence}.` : `"${name.join('.')}": ${message}`,
    path: name,
    retryAfterMs: null,
    upstreamStatus: null,
  };
}

export function failureOf(error: GridweaveError): UserErrorValue {
  const { field, retryAfterMs, upstream } = error.details;
  return {
    code: error.code,
    message: error.message,
    path: field === undefined ? null : field.split('.'),
    retryAfterMs: retryAfterMs ?? null,
    upstreamStatus: upstream?.status ?? null,
  };
}

const UserErrorInterface = builder.interfaceRef<UserErrorValue>('UserError').implement({
  description: 'Why a mutation did not do, or may not have done, what was asked.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'A stable code from the error registry.' }),
    message: t.exposeString('message', { description: 'For people: what is wrong, and what to do.' }),
    path: t.exposeStringList('path', {
      nullable: true,
      description: 'The field at fault, from the input object on. Null when it is about no field.',
    }),
    retryable: t.boolean({
      description: 'Whether the same call may succeed later without being changed.',
      resolve: ({ code }) => ERROR_CODES[code].retryable,
    }),
    retryAfterMs: t.field({
      type: 'DurationMs',
      nullable: true,
      description: 'How long to wait before the next try. Null when that is not known.',
      resolve: (row) => row.retryAfterMs,
    }),
  }),
});

function userError(name: string, description: string) {
  return builder.objectRef<UserErrorValue>(name).implement({ description, interfaces: [UserErrorInterface] });
}

const InvalidField = userError('InvalidField', 'A field is wrong in itself. Nothing was sent.');
const UnsupportedField = userError(
  'UnsupportedField',
  'The provider cannot do what a field asks for. Nothing was sent.',
);
const IdempotencyMismatch = userError(
  'IdempotencyMismatch',
  'The idempotency key was used before, for something else. Nothing was sent.',
);
const OutcomeUnknown = userError(
  'OutcomeUnknown',
  'The provider did not say whether it took effect. Repeating the call with the same key is safe.',
);
const Conflict = userError('Conflict', 'The object is not at the expected revision. Nothing was sent.');
const InvalidState = userError(
  'InvalidState',
  'The object is in a state in which this cannot be done, such as an end.',
);
const UnsupportedOperation = userError('UnsupportedOperation', 'The provider cannot do this at all.');
const ObjectNotFound = userError('ObjectNotFound', 'There is no such object, or not any more.');
const NotPermitted = userError('NotPermitted', 'What the caller was granted here does not include this.');
const QuotaExceeded = userError(
  'QuotaExceeded',
  'The provider refuses more work of this account or project.',
);
const ProviderRefused = userError('ProviderRefused', 'The provider refused, and gave its reason.');
const ProviderTrouble = userError(
  'ProviderTrouble',
  'The provider could not be reached, or failed, before anything was done.',
);

const TYPE_OF: Readonly<Partial<Record<ErrorCode, string>>> = {
  INVALID_ARGUMENT: 'InvalidField',
  UNSUPPORTED_FIELD: 'UnsupportedField',
  IDEMPOTENCY_MISMATCH: 'IdempotencyMismatch',
  OUTCOME_UNKNOWN: 'OutcomeUnknown',
  CONFLICT: 'Conflict',
  INVALID_STATE: 'InvalidState',
  UNSUPPORTED_OPERATION: 'UnsupportedOperation',
  NOT_FOUND: 'ObjectNotFound',
  NOT_PERMITTED: 'NotPermitted',
  QUOTA_EXCEEDED: 'QuotaExceeded',
  PROVIDER_REFUSED: 'ProviderRefused',
  FORBIDDEN: 'ProviderRefused',
  UNAUTHENTICATED: 'ProviderRefused',
};

export const ActErrorUnion = builder.unionType('ActError', {
  description: 'An expected failure of a mutation. All of them are a UserError.',
  types: [
    InvalidField,
    UnsupportedField,
    IdempotencyMismatch,
    OutcomeUnknown,
    Conflict,
    InvalidState,
    UnsupportedOperation,
    ObjectNotFound,
    NotPermitted,
    QuotaExceeded,
    ProviderRefused,
    ProviderTrouble,
  ],
  resolveType: ({ code }) => TYPE_OF[code] ?? 'ProviderTrouble',
});
