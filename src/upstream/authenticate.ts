import type { Answer, Call, Interceptor } from './call.ts';
import { withoutEcho } from './echo.ts';

/**
 * Adds the credential to the headers, or to the body, as the last step before the wire: above it nothing of the call
 * holds a secret. A refusal that repeats the secret to us ("invalid key abc…") is cleaned of it, because adapters show
 * its words and the id of the request to callers.
 */
export const authenticate: Interceptor = (next) => async (call) => {
  const secret: Record<string, string> = {};
  if (call.credentialIn.headers) call.credential.apply(secret);
  const { body, values } = bodyWithSecret(call);
  const answer = await next({ ...call, body, headers: { ...call.headers, ...secret } });
  const mayRefuse = answer.status >= 300 || call.refusesWithSuccess;
  return mayRefuse ? withoutSecret(answer, [...Object.values(secret), ...values]) : answer;
};

function bodyWithSecret({ body, credential, credentialIn: { bodyMember } }: Call): {
  readonly body: string | null;
  /** What the body holds of the credential. */
  readonly values: readonly string[];
} {
  if (bodyMember === null || credential.applyToBody === undefined) return { body, values: [] };
  const secret: Record<string, unknown> = {};
  credential.applyToBody(secret, bodyMember);
  const members = JSON.parse(body ?? '{}') as Record<string, unknown>;
  return {
    body: JSON.stringify({ ...members, ...secret }),
    values: Object.values(secret).filter((value) => typeof value === 'string'),
  };
}

function withoutSecret(answer: Answer, values: readonly string[]): Answer {
  const secrets = values.flatMap(spellings);
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, withoutEcho(value, secrets)]);
  const body = typeof answer.body === 'string' ? withoutEcho(answer.body, secrets) : answer.body;
  return { ...answer, headers: Object.fromEntries(headers) as Answer['headers'], body };
}

/** What is secret of a header's value: all of it but a scheme; for Basic also the user and the password in it. */
function spellings(value: string): string[] {
  const [, scheme, token = ''] = /^(bearer|basic) (.*)$/i.exec(value) ?? [];
  if (scheme === undefined) return [value];
  if (scheme.toLowerCase() === 'bearer') return [token];
  const pair = Buffer.from(token, 'base64').toString('utf8');
  return [token, pair, pair.slice(pair.indexOf(':') + 1)];
}
