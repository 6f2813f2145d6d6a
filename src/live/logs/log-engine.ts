import { GridweaveError } from '../../model/errors.ts';
import type { LogOutput, LogPiece } from '../../providers/provider.ts';
import { Alignment } from './alignment.ts';
import type { Gate } from './gate.ts';
import type { FinalEnd, LogItem, LogItemBody } from './item.ts';
import type { LogFollowOptions } from './options.ts';
import { Pace } from './pace.ts';
import { pause } from './pause.ts';
import { piecesOf } from './pieces.ts';
import { BEGINNING, type LogPosition } from './position.ts';
import type { LogSource } from './source.ts';

export interface LogEngineDeps {
  readonly source: LogSource;
  readonly options: LogFollowOptions;
  readonly gate: Gate;
  readonly emit: (item: LogItem) => void;
  readonly random: () => number;
}

type End = LogPiece & { readonly type: 'END' };

/** What one reading came to. Null `end`: it broke off, because of `failure` or because readers have no room. */
interface Reading {
  readonly end: End | null;
  readonly failure: GridweaveError | null;
  readonly anything: boolean;
  readonly tookMs: number;
}

/** Codes that no waiting changes. */
const FINAL: Readonly<Record<string, FinalEnd>> = {
  NOT_FOUND: 'GONE',
  UNAUTHENTICATED: 'UNAVAILABLE',
  FORBIDDEN: 'UNAVAILABLE',
  UNSUPPORTED_OPERATION: 'UNAVAILABLE',
};

const INCOMPLETE = 'The provider dropped or replaced a part of this log while it was followed.';

/** How much later than its deadline a reading is called off. */
const LET_GO_MS = 1_000;

/** Reads one log again and again, from a position to its end, and tells each byte of it once. */
export class LogEngine {
  readonly #deps: LogEngineDeps;
  readonly #alignments: ReadonlyMap<LogOutput, Alignment>;
  readonly #pace: Pace;
  /** The work was seen running. */
  #wasOpen = false;
  #settled = false;
  #replaced = false;
  /** Readers were told of an interruption. */
  #told = false;

  constructor(from: LogPosition, deps: LogEngineDeps) {
    this.#deps = deps;
    this.#alignments = new Map(deps.source.outputs.map((output) => [output, new Alignment(from[output])]));
    this.#pace = new Pace(deps.options, deps.random);
  }

  get position(): LogPosition {
    const position: Record<LogOutput, LogPosition[LogOutput]> = { ...BEGINNING };
    for (const [output, { place }] of this.#alignments) position[output] = place;
    return position;
  }

  /** Resolves when the log has ended, which was told, or the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.gate.opens(signal);
      if (signal.aborted) return;
      const reading = await this.#read(signal);
      if (signal.aborted) return;
      const pauseMs = this.#conclude(reading);
      if (pauseMs === null) return;
      await pause(pauseMs, signal);
    }
  }

  async #read(signal: AbortSignal): Promise<Reading> {
    const { source, gate, options } = this.#deps;
    const after = { STDOUT: 0, STDERR: 0 };
    for (const [output, alignment] of this.#alignments) after[output] = alignment.begin();
    const began = performance.now();
    // Its own, so that nothing of a reading outlives it and listeners do not pile up.
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    signal.addEventListener('abort', abort);
    const timer = setTimeout(abort, options.passTimeoutMs + LET_GO_MS).unref();
    let anything = false;
    const result = (end: End | null, failure: GridweaveError | null): Reading => ({ end, failure, anything, tookMs: performance.now() - began }); // prettier-ignore
    try {
      for await (const piece of source.read(after, controller.signal)) {
        if (piece.type === 'END') return result(piece, null);
        const alignment = this.#alignments.get(piece.output);
        const fresh = alignment?.take(piece.atByte, Buffer.from(piece.text)) ?? null;
        if (alignment === undefined || fresh === null) continue;
        anything = true;
        this.#tell(piece.output, alignment, fresh);
        if (!gate.open && !(await gate.opens(signal, options.holdMs))) return result(null, null);
      }
      return result(null, new GridweaveError('PROVIDER_PROTOCOL', 'The log broke off without an end.'));
    } catch (thrown) {
      if (!(thrown instanceof GridweaveError)) throw thrown;
      return result(null, thrown.code === 'CANCELLED' ? late() : thrown);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      abort();
    }
  }

  /** Tells what a reading means; how long to wait for the next, or null when the log has ended. */
  #conclude({ end, failure, anything, tookMs }: Reading): number | null {
    if (end === null || end.end === 'UNAVAILABLE') for (const each of this.#alignments.values()) each.broke();
    if (failure !== null) return this.#failed(failure, anything);
    // Readers had no room.
    if (end === null) return 0;
    if (end.end === 'UNAVAILABLE') {
      return this.#failed(new GridweaveError('PROVIDER_UNAVAILABLE', end.message ?? 'The log could not be read now.'), anything); // prettier-ignore
    }
    if (this.#told) this.#emit({ type: 'NOTICE', state: 'RESUMED', code: null, message: 'The log can be read again.' }); // prettier-ignore
    this.#told = false;
    // What else is left of a log is no longer the text that was followed.
    const isWhole = end.end === 'OPEN' || end.end === 'ENDED';
    const aligned = isWhole ? this.#align(end.more === true) : { again: false, anything: false };
    const pauseMs = this.#pace.read(anything || aligned.anything, tookMs);
    if (aligned.again || end.more === true) return 0;
    this.#emit({ type: 'CAUGHT_UP' });
    if (end.end === 'OPEN') {
      this.#wasOpen = true;
      this.#settled = false;
      return pauseMs;
    }
    // The last of an output may come in after the end of the work.
    if (end.end === 'ENDED' && this.#wasOpen && (!this.#settled || anything || aligned.anything)) {
      this.#settled = true;
      return this.#deps.options.settleMs;
    }
    if (end.end === 'ENDED' && this.#replaced) return this.#end('TRUNCATED', INCOMPLETE);
    return this.#end(end.end, end.message);
  }

  #align(more: boolean): { readonly again: boolean; readonly anything: boolean } {
    let again = false;
    let anything = false;
    for (const [output, alignment] of this.#alignments) {
      const { verdict, fresh } = alignment.end(more);
      again ||= verdict === 'AGAIN';
      if (verdict === 'REPLACED') {
        this.#replaced = true;
        this.#emit({ type: 'REPLACED', output });
      }
      if (fresh === null || fresh.length === 0) continue;
      anything = true;
      this.#tell(output, alignment, fresh);
    }
    return { again, anything };
  }

  #failed(failure: GridweaveError, anything: boolean): number | null {
    const { code, message } = failure;
    const final = FINAL[code];
    if (final !== undefined) return this.#end(final, message);
    const pauseMs = this.#pace.failed(anything, failure.details.retryAfterMs);
    if (pauseMs === null) return this.#end('UNAVAILABLE', message);
    // One that heals at once is not worth a word.
    if (this.#pace.failures >= 2 && !this.#told) {
      this.#told = true;
      this.#emit({ type: 'NOTICE', state: 'INTERRUPTED', code, message });
    }
    return pauseMs;
  }

  #tell(output: LogOutput, alignment: Alignment, fresh: Buffer): void {
    for (const bytes of piecesOf(fresh)) {
      const { at } = alignment.place;
      alignment.advance(bytes);
      this.#emit({ type: 'TEXT', output, at, bytes });
    }
  }

  #end(end: FinalEnd, message: string | null): null {
    this.#emit({ type: 'END', end, message });
    return null;
  }

  #emit(body: LogItemBody): void {
    this.#deps.emit({ ...body, after: this.position });
  }
}

/** What is thrown by a reading that was called off; nobody hears of it when it was because all have left. */
function late(): GridweaveError {
  return new GridweaveError('PROVIDER_TIMEOUT', 'The provider did not tell the log in time.');
}
