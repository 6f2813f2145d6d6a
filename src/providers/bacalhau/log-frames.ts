import { isWire, textOf, wireOf } from '../reading.ts';

/** One frame of the log socket. A chunk is what the program wrote, cut anywhere: several lines, or half of one. */
export type LogFrame =
  | { readonly kind: 'chunk'; readonly stream: 'STDOUT' | 'STDERR'; readonly text: string }
  | { readonly kind: 'error'; readonly message: string };

const STREAMS: readonly (LogFrame & { kind: 'chunk' })['stream'][] = ['STDOUT', 'STDERR'];

/** Reads the frames of one message: JSON documents, each on a line of its own; what is no frame is left out. */
export function framesOf(message: string): LogFrame[] {
  return message.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    let frame: unknown;
    try {
      frame = JSON.parse(line);
    } catch {
      return [];
    }
    return isWire(frame) ? readFrame(frame) : [];
  });
}

function readFrame(frame: Readonly<Record<string, unknown>>): LogFrame[] {
  const error = textOf(frame['error']);
  if (error !== null) return [{ kind: 'error', message: error }];
  const { Type: type, Line: text } = wireOf(frame['value']);
  // 1 and 2; anything else comes only beside an error.
  const stream = typeof type === 'number' ? STREAMS[type - 1] : undefined;
  return stream === undefined || typeof text !== 'string' || text === ''
    ? []
    : [{ kind: 'chunk', stream, text }];
}
