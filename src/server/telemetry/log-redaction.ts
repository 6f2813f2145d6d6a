import type { LoggerOptions } from 'pino';
import { MASK, redactText } from '../../upstream/redact.ts';

/** Members that hold a secret wherever they turn up. The `credential` of audit lines is a fingerprint. */
const SECRET_MEMBERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'apiKey',
  'token',
  'accessToken',
  'secret',
  'clientSecret',
  'password',
];

const MAX_CAUSES = 4;

/**
 * What the log does to every line, on top of what those who write to it leave out: an error that nobody foresaw may carry
 * anything in its message and its members.
 */
export const LOG_REDACTION: Pick<LoggerOptions, 'redact' | 'serializers'> = {
  redact: {
    paths: SECRET_MEMBERS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
    censor: MASK,
  },
  serializers: { err: (error: unknown) => shownError(error) },
};

/** Name, message, code, stack and causes; no other member. */
function shownError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return {
    type: name,
    message: redactText(message),
    ...code,
    stack: redactText(stack ?? ''),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: shownError(cause, depth + 1) }),
  };
}
