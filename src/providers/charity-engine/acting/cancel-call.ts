import type { CallContext, Upstream, UpstreamResponse } from '../../../upstream/types.ts';
import { parsedObject, placementOf, targetOf } from '../api.ts';
import type { Endpoint } from '../endpoints.ts';
import { complaintOf, failureOf, offContract } from '../errors.ts';
import { leavesOpen, unanswered, type Unanswered } from './unanswered.ts';

/** The call that cancels jobs by their ids. Its path, method and answer are guesses, so that the operator chooses them. */
export class CancelCall {
  readonly #upstream: Upstream;
  readonly #endpoint: Endpoint;
  #hasWorked = false;

  constructor(upstream: Upstream, endpoint: Endpoint) {
    this.#upstream = upstream;
    this.#endpoint = endpoint;
  }

  /** Null when the service accepted it for all the jobs; that they have stopped is not said. */
  async send(ids: readonly string[], ctx: CallContext): Promise<Unanswered | null> {
    const target = targetOf(this.#endpoint, ids);
    let response: UpstreamResponse;
    try {
      response = await this.#upstream.send(
        {
          ...target,
          method: this.#endpoint.method,
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
    const { status, body } = response;
    const { provider } = this.#upstream;
    const answer = parsedObject(body);
    const complaint = complaintOf(answer);
    const isSuccess = status >= 200 && status < 300;
    if (!isSuccess || complaint !== null || (answer !== null && answer['success'] === false)) {
      const { route } = target.path;
      const error = failureOf(response, complaint, provider, { route, hasWorked: this.#hasWorked });
      return { outcome: leavesOpen(status) ? 'UNKNOWN' : 'REFUSED', error };
    }
    // A success may have nothing to say; but a page of HTML is somebody else's.
    if (answer === null && typeof body === 'string' && body.trim() !== '') {
      return { outcome: 'UNKNOWN', error: offContract(provider, 'something that is no JSON object', status) };
    }
    this.#hasWorked = true;
    return null;
  }
}
