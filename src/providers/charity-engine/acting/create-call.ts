import { GridweaveError } from '../../../model/errors.ts';
import type { EpochMs } from '../../../model/time.ts';
import type { CallContext, Upstream, UpstreamResponse } from '../../../upstream/types.ts';
import { parsedObject, placementOf } from '../api.ts';
import type { Endpoint } from '../endpoints.ts';
import { complaintOf, failureOf, offContract } from '../errors.ts';
import type { CreateBody } from './create-body.ts';
import { createdIds } from './created-ids.ts';
import { masked } from './masked.ts';
import { leavesOpen, unanswered, type Unanswered } from './unanswered.ts';

export interface Accepted {
  readonly outcome: 'ACCEPTED';
  /** At least one. */
  readonly ids: readonly string[];
  readonly receivedAt: EpochMs;
}

/** The one call that submits. Sent once: nothing makes a repetition the same job, and no list tells of a lost answer. */
export class CreateCall {
  readonly #upstream: Upstream;
  readonly #endpoint: Endpoint;
  #hasWorked = false;

  constructor(upstream: Upstream, endpoint: Endpoint) {
    this.#upstream = upstream;
    this.#endpoint = endpoint;
  }

  async send(create: CreateBody, ctx: CallContext): Promise<Accepted | Unanswered> {
    const { method, path } = this.#endpoint;
    let response: UpstreamResponse;
    try {
      response = await this.#upstream.send(
        {
          method,
          path: { path: `/${path}`, route: `/${path}` },
          body: create.body,
          readOnly: false,
          decode: 'text',
          refusesWithSuccess: true,
          headers: { accept: 'application/json' },
          credentialIn: placementOf(this.#endpoint),
        },
        ctx,
      );
    } catch (error) {
      return unanswered(error);
    }
    return this.#judge(response, create);
  }

  #judge(response: UpstreamResponse, create: CreateBody): Accepted | Unanswered {
    const { status, receivedAt } = response;
    const { provider } = this.#upstream;
    const answer = parsedObject(response.body);
    const complaint = masked(complaintOf(answer), create);
    const isSuccess = status >= 200 && status < 300;
    // An answer in the service's own form proves that the path is right.
    this.#hasWorked ||= isSuccess && answer !== null && 'success' in answer;
    const ids = answer === null ? [] : createdIds(answer);
    if (!isSuccess || complaint !== null || (answer !== null && answer['success'] === false)) {
      const hasWorked = this.#hasWorked || complaint !== null;
      const route = `/${this.#endpoint.path}`;
      const error = ofSubmission(failureOf(response, complaint, provider, { route, hasWorked }));
      // What refuses and yet names jobs has not done nothing for certain.
      return { outcome: leavesOpen(status) || ids.length > 0 ? 'UNKNOWN' : 'REFUSED', error };
    }
    if (ids.length > 0) return { outcome: 'ACCEPTED', ids, receivedAt };
    const what = answer === null ? 'something that is no JSON object' : 'an object without ids';
    return { outcome: 'UNKNOWN', error: offContract(provider, what, status) };
  }
}

/** "App not found" is a reason to refuse a submission, and no object that anybody looked for. */
function ofSubmission(error: GridweaveError): GridweaveError {
  return error.code === 'NOT_FOUND'
    ? new GridweaveError('PROVIDER_REFUSED', error.message, error.details)
    : error;
}
