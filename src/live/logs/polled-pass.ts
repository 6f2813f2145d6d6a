import type { NativeKey } from '../../model/ids.ts';
import type { LogEnd, LogOutput, LogPiece, LogSnapshot, ProviderAdapter } from '../../providers/provider.ts';
import type { CallContext } from '../../upstream/types.ts';

/** How much of an output is asked for at a time. */
const PART_BYTES = 8 * 1024 * 1024;

/** Of two outputs, the end that says most about what is still to come, or was missed, is that of both. */
const PRECEDENCE: readonly LogEnd[] = ['OPEN', 'UNAVAILABLE', 'TRUNCATED', 'GONE', 'ENDED'];

export interface PolledPass {
  readonly adapter: Pick<ProviderAdapter, 'logs'>;
  readonly execution: NativeKey;
  readonly outputs: readonly LogOutput[];
  readonly after: Readonly<Record<LogOutput, number>>;
  readonly ctx: CallContext;
}

/** One reading of a log through `logs`, of each output by itself: offsets into both together do not hold everywhere. */
export async function* polledPass(pass: PolledPass): AsyncGenerator<LogPiece, undefined> {
  // Together, so that the calls they have in common are made once.
  const firsts = await Promise.all(pass.outputs.map((output) => part(pass, output, pass.after[output])));
  const ends: LogSnapshot[] = [];
  for (const [i, output] of pass.outputs.entries()) {
    let from = pass.after[output];
    let snapshot = firsts[i]!;
    for (;;) {
      const text = textOf(snapshot, output);
      if (text !== null) yield text;
      if (snapshot.end !== 'TRUNCATED' || snapshot.lines.length === 0 || snapshot.endByte <= from) break;
      from = snapshot.endByte;
      snapshot = await part(pass, output, from);
    }
    // Shorter than what was read of it before: not the end, but another text.
    const isShorter = snapshot.end === 'TRUNCATED' && snapshot.endByte < from;
    ends.push(isShorter ? { ...snapshot, end: 'OPEN', message: null } : snapshot);
  }
  const end = PRECEDENCE.find((each) => ends.some((snapshot) => snapshot.end === each)) ?? 'OPEN';
  const message = ends.find((snapshot) => snapshot.end === end && snapshot.message !== null)?.message ?? null;
  yield { type: 'END', end, message };
}

function part(
  { adapter, execution, ctx }: PolledPass,
  stream: LogOutput,
  afterByte: number,
): Promise<LogSnapshot> {
  return adapter.logs(execution, { stream, afterByte, tailLines: null, maxBytes: PART_BYTES }, ctx);
}

/** The exact text of the lines. A newline that is not known to be there is left to the next reading. */
function textOf(
  { lines, endByte, end, openLine }: LogSnapshot,
  output: LogOutput,
): (LogPiece & { type: 'TEXT' }) | null {
  if (lines.length === 0) return null;
  const whole = lines.map((line) => `${line.text}\n`).join('');
  const isOpen = openLine ?? end === 'OPEN';
  const atByte = endByte - Buffer.byteLength(whole);
  let text = isOpen ? whole.slice(0, -1) : whole;
  // A character of which only the beginning was written can be read as a replacement, and is another one later.
  if (isOpen && end === 'OPEN') text = text.replace(/\uFFFD+$/, '');
  return { type: 'TEXT', output, atByte, text };
}
