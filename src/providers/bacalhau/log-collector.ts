import type { LogLine, LogRequest } from '../provider.ts';

/** A line longer than this is cut into several, so that a program that never ends one cannot fill the memory. */
const MAX_LINE_CHARS = 262_144;

/**
 * Joins the chunks of a log into lines and keeps those that a request can still need: what lies before `afterByte` is
 * only counted, and of a tail only so many lines and bytes as may be returned.
 *
 * A line stands where it was completed, not where it began: that place never changes while the log grows, so offsets
 * into both streams together mean the same on every read.
 */
export class LogCollector {
  readonly #request: LogRequest;
  readonly #partial: Record<LogLine['stream'], string> = { STDOUT: '', STDERR: '' };
  #lines: { readonly line: LogLine; readonly size: number }[] = [];
  #head = 0;
  #keptBytes = 0;
  #skippedBytes = 0;

  constructor(request: LogRequest) {
    this.#request = request;
  }

  /** Bytes of the stream before the first line that was kept. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /**
   * More was read than may be returned, so that reading on changes nothing. Never true of a tail, nor of a single line:
   * one is always returned, and only a second one proves that the log is cut.
   */
  get full(): boolean {
    const { tailLines, maxBytes } = this.#request;
    return tailLines === null && this.#keptBytes > maxBytes && this.#lines.length - this.#head > 1;
  }

  add(stream: LogLine['stream'], text: string): void {
    if (this.#request.stream !== 'COMBINED' && this.#request.stream !== stream) return;
    const parts = (this.#partial[stream] + text).split('\n');
    this.#partial[stream] = parts.pop() ?? '';
    for (const part of parts) this.#push(stream, part);
    while (this.#partial[stream].length > MAX_LINE_CHARS) {
      this.#push(stream, this.#partial[stream].slice(0, MAX_LINE_CHARS));
      this.#partial[stream] = this.#partial[stream].slice(MAX_LINE_CHARS);
    }
  }

  /** The lines kept, in the order in which they were completed; unfinished ones come last. */
  finish(): LogLine[] {
    for (const stream of ['STDOUT', 'STDERR'] as const) {
      if (this.#partial[stream] !== '') this.#push(stream, this.#partial[stream]);
      this.#partial[stream] = '';
    }
    return this.#lines.slice(this.#head).map(({ line }) => line);
  }

  #push(stream: LogLine['stream'], text: string): void {
    const size = Buffer.byteLength(text) + 1;
    if (this.#lines.length === this.#head && this.#skippedBytes + size <= this.#request.afterByte) {
      this.#skippedBytes += size;
      return;
    }
    this.#lines.push({ line: { stream, text }, size });
    this.#keptBytes += size;
    this.#forget();
  }

  /** Drops from the front of a tail what cannot be returned. One line too many stays, as proof that it was cut. */
  #forget(): void {
    const { tailLines, maxBytes } = this.#request;
    if (tailLines === null) return;
    for (;;) {
      const first = this.#lines[this.#head];
      const count = this.#lines.length - this.#head;
      const tooMany = count > Math.max(tailLines, 1);
      const tooLarge = first !== undefined && count > 2 && this.#keptBytes - first.size > maxBytes;
      if (first === undefined || !(tooMany || tooLarge)) break;
      this.#head += 1;
      this.#keptBytes -= first.size;
      this.#skippedBytes += first.size;
    }
    // Shifting at every line would make a long log quadratic.
    if (this.#head > 1024 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
  }
}
