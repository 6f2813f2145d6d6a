/** The outcome summary of an execution: the first two kilobytes of what it printed, and its exit code. */
import type { SimExecution } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { hasCompleted } from './transitions.ts';

/** Bytes kept of each stream: the head, not the tail. */
export const OUTPUT_LIMIT_BYTES = 2048;

/** All zero until the execution completes, and for ever when it failed: the exit code says nothing there. */
export function viewRunOutput(scope: Scope, execution: SimExecution): unknown {
  if (!hasCompleted(execution)) return summary('', '', 0);
  return summary(
    printed(scope, execution, 'stdout'),
    printed(scope, execution, 'stderr'),
    execution.outcome?.kind === 'nonzero' ? execution.outcome.exitCode : 0,
  );
}

function summary(stdout: string, stderr: string, exitCode: number): unknown {
  const out = headOf(stdout);
  const err = headOf(stderr);
  return {
    Stdout: out.text,
    StdoutTruncated: out.truncated,
    // Lower case, unlike its neighbours.
    stderr: err.text,
    StderrTruncated: err.truncated,
    ExitCode: exitCode,
    ErrorMsg: '',
  };
}

/** What a stream printed, up to the first line that goes beyond the limit. */
function printed(scope: Scope, execution: SimExecution, stream: 'stdout' | 'stderr'): string {
  let text = '';
  for (const line of scope.site.logOf(execution)) {
    if (line.stream === stream) text += `${line.text}\n`;
    if (text.length > OUTPUT_LIMIT_BYTES) break;
  }
  return text;
}

/** Cuts bytes, possibly within a character: each byte of a cut character becomes U+FFFD, as Go writes it. */
export function headOf(text: string): { readonly text: string; readonly truncated: boolean } {
  const bytes = Buffer.from(text);
  if (bytes.length <= OUTPUT_LIMIT_BYTES) return { text, truncated: false };
  let end = OUTPUT_LIMIT_BYTES;
  while (end > 0 && isContinuation(bytes[end])) end--;
  const cut = OUTPUT_LIMIT_BYTES - end;
  return { text: bytes.subarray(0, end).toString('utf8') + '\ufffd'.repeat(cut), truncated: true };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}
