import type { Answer, Call, Interceptor } from './call.ts';
import { MASK } from './redact.ts';

/** Shorter values are too likely to be ordinary words of an answer. */
const MIN_SECRET_LENGTH = 6;

/**
 * Adds the credential to the headers, or to the body, as the last step before the wire: above it nothing of the call
 * holds a secret. A refusal that repeats the secret to us ("invalid key abc…") is cleaned of it, because adapters show
 * its words to callers.
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
  if (typeof answer.body !== 'string') return answer;
  let body: string = answer.body;
  for (const value of values) {
    for (const form of spellings(value)) body = body.replaceAll(form, MASK);
  }
  return body === answer.body ? answer : { ...answer, body };
}

/** The header's value, the token in it, and for Basic the user and password in it. Longest first. */
function spellings(value: string): string[] {
  const token = value.slice(value.indexOf(' ') + 1);
  const forms = [value, token];
  if (/^basic /i.test(value)) {
    const pair = Buffer.from(token, 'base64').toString('utf8');
    forms.push(pair, pair.slice(pair.indexOf(':') + 1));
  }
  return forms.filter((form) => form.length >= MIN_SECRET_LENGTH);
}
