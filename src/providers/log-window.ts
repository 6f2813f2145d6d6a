import type { LogEnd, LogLine, LogRequest, LogSnapshot } from './provider.ts';

/**
 * Cuts the window that a caller asked for out of the full text an adapter could read. Offsets count UTF-8 bytes of the
 * chosen stream, every line with its newline, so that they mean the same on every read of a log that only grows.
 * `startByte` is the offset of the first line, for adapters that left out what nobody asked for. `openLine` says whether the
 * last line of the text has no newline; it counts as if it had one.
 */
export function logWindow(
  lines: readonly LogLine[],
  request: LogRequest,
  end: LogEnd,
  message: string | null = null,
  startByte = 0,
  openLine?: boolean,
): LogSnapshot {
  const chosen =
    request.stream === 'COMBINED' ? lines : lines.filter((line) => line.stream === request.stream);
  let offset = startByte;
  const rest: { line: LogLine; endByte: number; size: number }[] = [];
  for (const line of chosen) {
    const size = Buffer.byteLength(line.text) + 1;
    offset += size;
    if (offset > request.afterByte) rest.push({ line, endByte: offset, size });
  }
  const tailed = request.tailLines === null ? rest : rest.slice(Math.max(0, rest.length - request.tailLines));
  const fitted =
    request.tailLines === null
      ? fit(tailed, request.maxBytes)
      : fit(tailed.toReversed(), request.maxBytes).toReversed();
  const cut = fitted.length < tailed.length;
  return {
    lines: fitted.map((part) => part.line),
    endByte: fitted.at(-1)?.endByte ?? Math.max(request.afterByte, rest.length === 0 ? offset : 0),
    end: cut ? 'TRUNCATED' : end,
    message: cut ? `Only ${String(request.maxBytes)} bytes are returned at a time.` : message,
    ...(openLine === undefined || request.stream === 'COMBINED'
      ? {}
      : { openLine: openLine && fitted.length > 0 && fitted.at(-1) === rest.at(-1) }),
  };
}

function fit<T extends { readonly size: number }>(parts: readonly T[], maxBytes: number): T[] {
  let total = 0;
  const kept: T[] = [];
  for (const part of parts) {
    total += part.size;
    // One line is always given, or a caller could never get past it.
    if (total > maxBytes && kept.length > 0) break;
    kept.push(part);
  }
  return kept;
}

/** Splits text chunks, which may hold several lines or a fragment, into lines. A last partial line is included. */
export function toLines(stream: LogLine['stream'], text: string): LogLine[] {
  if (text === '') return [];
  const parts = text.split('\n');
  if (parts.at(-1) === '') parts.pop();
  return parts.map((part) => ({ stream, text: part }));
}
