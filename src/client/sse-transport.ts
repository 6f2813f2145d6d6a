import { httpVerdict } from './http-verdict.ts';
import { SseParser, type SseEvent } from './sse-parser.ts';
import { payloadOf, type LiveLeg, type LiveObserver, type LiveRequest, type LiveResult, type LiveTransport, type Loss } from './transport.ts'; // prettier-ignore

export interface SseOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Headers of every request, asked for anew for each. */
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** How long a request may wait until its answer begins, in milliseconds. */
  readonly connectTimeoutMs: number;
}

const ENDED: Loss = { message: 'The connection was lost.', retry: 'SOON' };

/** Each operation as one event stream. Read with `fetch`: an EventSource can neither post nor send headers. */
export class SseTransport implements LiveTransport {
  readonly #options: SseOptions;
  readonly #open = new Set<AbortController>();

  constructor(options: SseOptions) {
    this.#options = options;
  }

  open(request: LiveRequest, observer: LiveObserver): LiveLeg {
    const leaving = new AbortController();
    this.#open.add(leaving);
    this.#run(request, observer, leaving)
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (!leaving.signal.aborted) observer.lost({ message, retry: 'SOON' });
      })
      .finally(() => {
        this.#open.delete(leaving);
        leaving.abort();
      });
    const leave = (): void => leaving.abort();
    return { leave, drop: leave };
  }

  close(): void {
    for (const leaving of this.#open) leaving.abort();
  }

  async #run(request: LiveRequest, observer: LiveObserver, { signal }: AbortController): Promise<void> {
    const response = await this.#ask(request, signal);
    if (signal.aborted) return;
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
      const { errors, loss } = await httpVerdict(response);
      if (signal.aborted) return;
      if (errors.length > 0) observer.refused(errors, loss);
      else observer.lost(loss);
      return;
    }
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (done) return observer.lost(ENDED);
      observer.alive?.();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (tell(observer, event) || signal.aborted) return;
      }
    }
  }

  async #ask(request: LiveRequest, signal: AbortSignal): Promise<Response> {
    const { url, fetch, headers, connectTimeoutMs } = this.#options;
    const body = JSON.stringify(payloadOf(request));
    const given = await headers();
    const giveUp = new AbortController();
    const timer = setTimeout(() => {
      giveUp.abort(new Error(`No answer within ${String(connectTimeoutMs)} ms.`));
    }, connectTimeoutMs);
    try {
      return await fetch(url, {
        method: 'POST',
        headers: { ...given, 'content-type': 'application/json', accept: 'text/event-stream' },
        body,
        cache: 'no-store',
        signal: AbortSignal.any([signal, giveUp.signal]),
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** True when it was the last event. */
function tell(observer: LiveObserver, { event, data }: SseEvent): boolean {
  if (event === 'complete') {
    observer.complete();
    return true;
  }
  if (event === 'next') observer.next(JSON.parse(data) as LiveResult);
  return false;
}
