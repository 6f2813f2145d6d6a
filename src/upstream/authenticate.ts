import type { Answer, Interceptor } from './call.ts';
import { MASK } from './redact.ts';

/** Shorter values are too likely to be ordinary words of an answer. */
const MIN_SECRET_LENGTH = 6;

/**
 * Adds the credential's header, as the last step before the wire: above it no headers object holds a secret. A refusal
 * that repeats the secret to us ("invalid key abc…") is cleaned of it, because adapters show its words to callers.
 */
export const authenticate: Interceptor = (next) => async (call) => {
  const secret: Record<string, string> = {};
  call.credential.apply(secret);
  const answer = await next({ ...call, headers: { ...call.headers, ...secret } });
  return answer.status >= 300 ? withoutSecret(answer, Object.values(secret)) : answer;
};

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
