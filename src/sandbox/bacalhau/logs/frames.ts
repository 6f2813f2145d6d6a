/** Log lines as the wire's chunks: raw text as a program writes it, which respects no lines. */
import type { SimLogLine } from '../../world/types.ts';
import { encodeGoJson } from '../wire/go-json.ts';
import { fnv1a } from '../wire/nanos.ts';

const TYPE = { stdout: 1, stderr: 2 } as const;

export interface Chunk {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/**
 * Cuts lines into chunks that hold several lines or a part of one; together they are the streams' exact text. Where
 * a line is cut depends on what it says, so that the same log is always cut in the same places. Between the two parts
 * of a line the other stream may speak.
 */
export function chunksOf(lines: readonly SimLogLine[]): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let held: Chunk | null = null;
  for (const line of lines) {
    const text = `${line.text}\n`;
    const hash = fnv1a(line.text);
    const cut = hash % 3 === 0 ? cutPoint(text, hash) : text.length;
    const opening: string =
      held?.stream === line.stream ? held.text + text.slice(0, cut) : text.slice(0, cut);
    if (held !== null && held.stream !== line.stream) {
      chunks.push({ stream: line.stream, text: opening }, held);
      held = null;
    } else {
      held = null;
      append(chunks, { stream: line.stream, text: opening }, hash % 2 === 0);
    }
    if (cut < text.length) held = { stream: line.stream, text: text.slice(cut) };
  }
  if (held !== null) chunks.push(held);
  return chunks;
}

/** An output that a record keeps, as releases before 1.8 read it out: line by line, one stream after the other. */
export function recordedChunks(output: {
  readonly Stdout: string;
  readonly stderr: string;
}): readonly Chunk[] {
  const lines = (stream: Chunk['stream'], text: string): Chunk[] =>
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({
      stream,
      text: line.endsWith('\n') ? line : `${line}\n`,
    }));
  return [...lines('stdout', output.Stdout), ...lines('stderr', output.stderr)];
}

function append(chunks: Chunk[], chunk: Chunk, merge: boolean): void {
  const last = chunks.at(-1);
  if (merge && last?.stream === chunk.stream) {
    chunks[chunks.length - 1] = { stream: chunk.stream, text: last.text + chunk.text };
  } else {
    chunks.push(chunk);
  }
}

/** Within the text, and never within a character of two code units. */
function cutPoint(text: string, hash: number): number {
  const at = 1 + ((hash >>> 4) % Math.max(1, text.length - 1));
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000 ? at + 1 : at;
}

export function valueFrame(chunk: Chunk): string {
  return frame({ value: { Type: TYPE[chunk.stream], Line: chunk.text } });
}

export function errorFrame(message: string): string {
  return frame({ error: message, value: { Type: 0, Line: '' } });
}

function frame(value: unknown): string {
  return encodeGoJson(value, { escapeHtml: true, pretty: false });
}
