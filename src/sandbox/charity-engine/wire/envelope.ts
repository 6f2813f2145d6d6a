import type { EmulatorResponse } from '../../http.ts';
import type { Random } from '../../world/prng.ts';
import type { CharityEngineMutation } from '../mutation.ts';
import { withExtraMembers } from './extra-members.ts';
import type { Json, JsonObject } from './json.ts';
import type { Refusal } from './refusal.ts';

/** Writes the answers of the API, in the form that the mutation asks for. */
export interface Envelopes {
  /** The documented envelope around these members. */
  success(members: JsonObject): EmulatorResponse;
  /** The same, leaving out `success` in the mode where the members speak for themselves. */
  result(members: JsonObject): EmulatorResponse;
  /** A body without the envelope. */
  bare(body: Json): EmulatorResponse;
  failure(refusal: Refusal): EmulatorResponse;
}

function json(status: number, body: Json): EmulatorResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function createEnvelopes(mutation: CharityEngineMutation, random: Random): Envelopes {
  const dress = (body: Json): Json => (mutation.extraFields ? withExtraMembers(random, body) : body);
  const success: Envelopes['success'] = (members) => json(200, dress({ success: true, ...members }));
  return {
    success,
    result: (members) => (mutation.missingSuccess ? json(200, dress(members)) : success(members)),
    bare: (body) => json(200, dress(body)),
    failure: ({ message, status }) => {
      const outcome = mutation.missingSuccess ? {} : { success: false };
      return json(mutation.failureStatus === 'http' ? status : 200, dress({ ...outcome, error: message }));
    },
  };
}
