/** One event of an event stream. */
export interface SseEvent {
  /** "message" when the stream does not name it. */
  readonly event: string;
  readonly data: string;
}

/** Takes an event stream apart as it comes, however it is cut into pieces. Ids are not needed: the cursor is in the data. */
export class SseParser {
  #line = '';
  #event = '';
  #data: string[] = [];
  #afterReturn = false;

  /** The events that are complete with this piece. */
  push(piece: string): readonly SseEvent[] {
    const events: SseEvent[] = [];
    // A line feed right behind a carriage return belongs to it, even in another piece.
    const text = this.#afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    if (piece !== '') this.#afterReturn = piece.endsWith('\r');
    const lines = (this.#line + text).split(/\r\n|\r|\n/);
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') this.#dispatch(events);
      else this.#take(line);
    }
    return events;
  }

  #take(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
  }

  #dispatch(events: SseEvent[]): void {
    // Without a data line it is no event.
    if (this.#data.length > 0) events.push({ event: this.#event || 'message', data: this.#data.join('\n') });
    this.#event = '';
    this.#data = [];
  }
}
