import type { NativeKey } from '../../model/ids.ts';
import { isTerminal } from '../../model/state.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { LogFollowRequest, LogOutput, LogPiece, LogRequest } from '../provider.ts';
import { parseChildKey } from './keys.ts';
import type { LogSink } from './log-drain.ts';
import { preview } from './log-preview.ts';
import { whyNotAsked, type LogDeps } from './logs.ts';

/** How much one reading takes into memory; the next one goes on behind it. */
const MAX_READ_BYTES = 4 * 1024 * 1024;

type Text = LogPiece & { readonly type: 'TEXT' };

/**
 * What an execution has written since, in one reading of its node's log: the server cannot resume, so it tells everything
 * from the start and what is known is skipped.
 *
 * The server's own `follow=true` is left alone: a node has one reader for all its logs, which a follower would keep until
 * the work ends, even after leaving (seen on 1.9.3). The log of a second execution there could not be read for as long.
 */
export async function* followLog(
  { api, executions, sockets, clock }: LogDeps,
  key: NativeKey,
  request: LogFollowRequest,
  ctx: CallContext,
): AsyncGenerator<LogPiece, undefined> {
  const parsed = parseChildKey(key);
  const work = parsed && (await executions.holding(parsed.jobId, [key], ctx));
  const record = work?.records.find((candidate) => candidate.key === key);
  if (!parsed || !work || record === undefined) throw api.notFound('execution');

  // The state first: what is read after the end is known is the last there is.
  const { state } = record.status;
  const ended = isTerminal(state);
  const all: LogRequest = { stream: request.stream, afterByte: 0, tailLines: null, maxBytes: MAX_READ_BYTES };
  if (state === 'SKIPPED') {
    yield end('ENDED', 'This execution never ran.');
    return;
  }
  if (state === 'QUEUED') {
    yield end('OPEN', 'This execution has not started.');
    return;
  }
  const unasked = whyNotAsked(work, record, sockets, clock);
  if (unasked !== null && !ended) {
    yield end('UNAVAILABLE', unasked);
    return;
  }
  if (unasked !== null) {
    yield* piecesOf(preview(record, all, { message: unasked, gone: true, error: null }));
    return;
  }

  const reading = new Reading(request);
  const problem = await sockets.read(parsed, record, reading, ctx);
  yield* reading.texts;
  if (problem === null && reading.full) yield { ...end('OPEN', null), more: true };
  else if (problem === null) yield end(ended ? 'ENDED' : 'OPEN', null);
  else if (problem.gone && ended) yield* piecesOf(preview(record, all, problem));
  else if (problem.gone) yield end('UNAVAILABLE', 'The node has no log of it yet.');
  else if (problem.error !== null) throw problem.error;
  else yield end('UNAVAILABLE', problem.message);
}

/** Keeps the chunks that lie behind what is known; of the others only their size. */
class Reading implements LogSink {
  readonly texts: Text[] = [];
  readonly #request: LogFollowRequest;
  readonly #at: Record<LogOutput, number> = { STDOUT: 0, STDERR: 0 };
  #bytes = 0;

  constructor(request: LogFollowRequest) {
    this.#request = request;
  }

  get full(): boolean {
    return this.#bytes >= MAX_READ_BYTES;
  }

  add(output: LogOutput, text: string): void {
    const { stream, after } = this.#request;
    if (stream !== 'COMBINED' && stream !== output) return;
    const atByte = this.#at[output];
    const size = Buffer.byteLength(text);
    this.#at[output] = atByte + size;
    if (atByte + size <= after[output]) return;
    this.texts.push({ type: 'TEXT', output, atByte, text });
    this.#bytes += size;
  }
}

/** The beginning that the record keeps, as far as it is asked for. */
function* piecesOf({ lines, end: why, message }: ReturnType<typeof preview>): Generator<LogPiece> {
  const at: Record<LogOutput, number> = { STDOUT: 0, STDERR: 0 };
  for (const { stream, text } of lines) {
    yield { type: 'TEXT', output: stream, atByte: at[stream], text: `${text}\n` };
    at[stream] += Buffer.byteLength(text) + 1;
  }
  yield end(why, message);
}

function end(why: (LogPiece & { type: 'END' })['end'], message: string | null): LogPiece & { type: 'END' } {
  return { type: 'END', end: why, message };
}
