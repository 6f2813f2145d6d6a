import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { epochMs, type Clock } from '../model/time.ts';
import { newWire, type Answer, type Call, type Interceptor, type Send } from './call.ts';
import { CancellationSource } from './cancellation.ts';
import { goneBefore } from './patience.ts';
import type { Credential, TokenExchange, TokenSource } from './types.ts';

/**
 * Sends calls of a credential that is exchanged for tokens with a token that has life left, and repeats a call that is
 * answered with 401 once, with another one. A 401 means that nothing was done, so that holds for writes, too.
 *
 * Who starts an exchange pays for it and has it in their report; it goes on when they leave, because others wait for it.
 */
export function renew(
  deps: { readonly provider: ProviderKey; readonly clock: Clock; readonly timeoutMs: number },
  toTokenEndpoint: Send,
): Interceptor {
  const { clock, provider, timeoutMs } = deps;

  const exchangeFor = (call: Call): TokenExchange => ({
    provider,
    clock,
    send: ({ path, contentType, body }) => {
      const deadlineAt = epochMs(clock.now() + timeoutMs);
      return toTokenEndpoint({
        ...call,
        method: 'POST',
        route: path.route,
        target: path.path,
        body,
        headers: { 'content-type': contentType, accept: 'application/json' },
        // Another token is given each time, so asking again harms nobody.
        readOnly: true,
        decode: 'text',
        bigIntegers: [],
        credential: { fingerprint: call.credential.fingerprint, apply() {} },
        cancellation: new CancellationSource(),
        deadlineAt,
        interest: { priority: call.interest.priority, until: deadlineAt },
        attempt: 1,
        wire: newWire(),
        departure: { mayHaveLeft: false },
      });
    },
  });

  async function withToken(call: Call, tokens: TokenSource, next: Send): Promise<Answer> {
    const exchange = exchangeFor(call);
    const given = async (refused?: Credential): Promise<Credential> => {
      const credential = await tokens.current(exchange, refused);
      // An exchange that somebody else waits for may outlast this call's own caller.
      const gone = goneBefore(call, deps);
      if (gone !== null) throw gone;
      return credential;
    };
    const first = await given();
    const answer = await next({ ...call, credential: first });
    if (answer.status !== 401) return answer;
    call.departure.mayHaveLeft = false;
    const second = await given(first).catch((error: unknown) => {
      // Without another token, the provider's own refusal says most.
      if (error instanceof GridweaveError && error.code !== 'CANCELLED') return first;
      throw error;
    });
    if (second === first) return answer;
    return next({ ...call, credential: second, attempt: call.attempt + 1, wire: newWire() });
  }

  return (next) => (call) => {
    const { tokens } = call.credential;
    return tokens === undefined ? next(call) : withToken(call, tokens, next);
  };
}
