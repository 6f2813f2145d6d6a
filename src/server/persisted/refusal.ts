import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../model/errors.ts';

/** An error of a request whose document is not run. `status` is for answers of type application/graphql-response+json. */
export function refusal(code: ErrorCode, message: string, status: number): GraphQLError {
  // Nobody may keep it: the same request is right as soon as the document is known.
  const headers = { 'Cache-Control': 'no-store' };
  return new GraphQLError(message, { extensions: { code, http: { spec: true, status, headers } } });
}

/** The message is what clients look for before they send the whole document. */
export function notFound(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', 404);
}

/** For clients that sent `documentId`, and have nothing to fall back on. */
export function unknownId(): GraphQLError {
  const message =
    'No document is known by this id. An id is "sha256:" and 64 hexadecimal digits in lower case, and its document is in a manifest of the gateway.';
  return refusal('PERSISTED_QUERY_NOT_FOUND', message, 404);
}

/** The message is what clients look for before they leave hashes out for good. */
export function notSupported(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', 400);
}

export function mismatch(): GraphQLError {
  const message = 'The id is not the SHA-256 of the document that came with it.';
  return refusal('PERSISTED_QUERY_MISMATCH', message, 400);
}

/** `sent`: whether there was a document at all. */
export function notTrusted(sent: 'DOCUMENT' | 'ID' | 'NEITHER'): GraphQLError {
  return refusal('OPERATION_NOT_TRUSTED', `This gateway runs the documents of its manifests only${SENT[sent]}`, 403); // prettier-ignore
}

const SENT = {
  DOCUMENT:
    ', and this one is in none of them, to the letter. Have it added to a manifest, or send the id of one that is.',
  ID: ', and none of them has this id. Have the manifest with it deployed, and the gateway reloaded.',
  NEITHER: ': send the "documentId" of one of them.',
} as const;
