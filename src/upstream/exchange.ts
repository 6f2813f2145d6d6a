import type { Dispatcher } from 'undici';
import type { Cancellation } from './cancellation.ts';

/** A whole answer, as bytes. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Enough of a refusal to read its message. */
const MAX_REFUSAL_BYTES = 64 * 1024;

const EMPTY = Buffer.alloc(0);

type HeaderRecord = Readonly<Record<string, string | string[] | undefined>>;

/** Lower-cased names, repeated ones joined. Cookies are left out: nobody here keeps a session. */
function flatten(headers: HeaderRecord): Readonly<Record<string, string>> {
  const flat: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name === 'set-cookie') continue;
    flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}

/**
 * Makes one HTTP exchange and collects its body. Speaks to undici's handler interface because that spares a stream per
 * call. Rejects with undici's error, or with the reason as soon as it is cancelled, even while the request is still
 * queued for a connection; an exchange that was begun then loses its connection. `onDeparture` runs when there is a
 * connection and the request is about to be written: without it, nothing of the request was. undici writes each request
 * once, because connections are not pipelined and no retry is configured.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  cancellation: Cancellation,
  onDeparture: () => void = () => {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    if (cancellation.reason !== null) {
      reject(cancellation.reason);
      return;
    }
    let controller: Dispatcher.DispatchController | null = null;
    let status = 0;
    let headers: Readonly<Record<string, string>> = {};
    let chunks: Buffer[] = [];
    let bytes = 0;
    const end = cancellation.onCancel((reason) => {
      reject(reason);
      chunks = [];
      controller?.abort(reason);
    });

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        if (cancellation.reason === null) onDeparture();
        else started.abort(cancellation.reason);
      },
      onResponseStart(_, statusCode, received) {
        // Informational answers (103 …) come here too; the last one is the answer.
        status = statusCode;
        if (statusCode >= 200) headers = flatten(received);
      },
      onResponseData(_, chunk) {
        if (status >= 300 && bytes >= MAX_REFUSAL_BYTES) return;
        bytes += chunk.length;
        chunks.push(chunk);
      },
      onResponseEnd() {
        end();
        const [only = EMPTY] = chunks;
        resolve({ status, headers, body: chunks.length <= 1 ? only : Buffer.concat(chunks, bytes) });
      },
      onResponseError(_, error) {
        end();
        reject(error);
      },
    });
  });
}
