import { path } from '../../../upstream/path.ts';
import type { CallContext, Upstream, UpstreamResponse } from '../../../upstream/types.ts';
import { isWire, type Wire } from '../../reading.ts';
import type { Json } from './draft.ts';
import type { TypedKind } from './typed-kind.ts';

/** As many ids as one batch takes, by the specification of 2.24. */
export const MAX_BATCH = 100;

export type NativeAction = 'delete' | 'suspend' | 'resume';

/**
 * The calls that change something, each sent once, with whatever answer comes. Answers are read as text: releases
 * differ in whether an accepted call is answered with anything at all, and none that was accepted may count as failed.
 */
export class WriteApi {
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  create(kind: TypedKind, body: Json, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('POST', path`/api/v1/workloads/${kind}`, body, ctx);
  }

  /** The endpoints of another kind do not know the workload. */
  act(kind: TypedKind, id: string, action: NativeAction, ctx: CallContext): Promise<UpstreamResponse> {
    if (action === 'delete')
      return this.#send('DELETE', path`/api/v1/workloads/${kind}/${id}`, undefined, ctx);
    return this.#send('POST', path`/api/v1/workloads/${kind}/${id}/${action}`, undefined, ctx);
  }

  /** Of any kinds. Since 2.19. */
  batch(ids: readonly string[], action: NativeAction, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('POST', path`/api/v1/workloads/batch`, { ids, action }, ctx);
  }

  #send(
    method: 'POST' | 'DELETE',
    where: ReturnType<typeof path>,
    body: Json | undefined,
    ctx: CallContext,
  ): Promise<UpstreamResponse> {
    const request = { method, path: where, decode: 'text', ...(body === undefined ? {} : { body }) } as const;
    return this.#upstream.send(request, ctx);
  }
}

/** The object in an answer's text; null when there is none. */
export function objectIn({ body }: UpstreamResponse): Wire | null {
  if (typeof body !== 'string') return isWire(body) ? body : null;
  try {
    const parsed: unknown = JSON.parse(body);
    return isWire(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
