import { path, type UpstreamPath } from '../../../upstream/path.ts';
import type { CallContext, Upstream, UpstreamResponse } from '../../../upstream/types.ts';

/**
 * The calls that change something, each sent once and answered with whatever came: what a status means depends on what was
 * asked. Paths are made of uuids, never of shortnames, except where a shortname is what is looked for.
 */
export class QarnotWrites {
  readonly #upstream: Upstream;
  readonly #prefix: string;

  constructor(upstream: Upstream, pathPrefix: string) {
    this.#upstream = upstream;
    this.#prefix = pathPrefix;
  }

  create(body: object, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('POST', path`/tasks`, ctx, { body });
  }

  clone(taskUuid: string, body: object, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('POST', path`/tasks/${taskUuid}/clone`, ctx, { body });
  }

  abortTask(uuid: string, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('POST', path`/tasks/${uuid}/abort`, ctx, { decode: 'text' });
  }

  terminateJob(uuid: string, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('POST', path`/jobs/${uuid}/terminate`, ctx, { decode: 'text' });
  }

  deleteTask(uuid: string, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('DELETE', path`/tasks/${uuid}`, ctx, { decode: 'text' });
  }

  /** With all its tasks: without `force` a job that holds any is not deleted. */
  deleteJob(uuid: string, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('DELETE', path`/jobs/${uuid}`, ctx, { decode: 'text', query: { force: true } });
  }

  /** Paths take a shortname in the place of a uuid (an official SDK relies on it). Never an answer from before. */
  taskByShortname(shortname: string, ctx: CallContext): Promise<UpstreamResponse> {
    return this.#send('GET', path`/tasks/${shortname}`, ctx, { freshnessMs: 0 });
  }

  #send(
    method: 'GET' | 'POST' | 'DELETE',
    native: UpstreamPath,
    ctx: CallContext,
    more: {
      readonly body?: object;
      readonly decode?: 'text';
      readonly query?: { readonly force: boolean };
      readonly freshnessMs?: number;
    },
  ): Promise<UpstreamResponse> {
    const prefixed = { path: this.#prefix + native.path, route: this.#prefix + native.route };
    return this.#upstream.send({ method, path: prefixed, ...more }, ctx);
  }
}
