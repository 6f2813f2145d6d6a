/**
 * The outcome summary of an execution: what it wrote first, and its exit code. Of each stream only the program's first
 * write is kept, and of that the first two kilobytes; that more was written later shows nowhere, and "truncated" is
 * about the one write alone (seen on 1.9.3 with wasm; the other engines use the same code). A line of the world is
 * taken to be one write.
 */
import type { SimExecution, SimJob } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import type { PlacedExecution } from './execution-changes.ts';
import { lastChange } from './execution-changes.ts';
import { COMPLETED_UNEXPECTEDLY } from './transitions.ts';
import { exitCodeOfService } from './world-job.ts';
import { specOf } from './world-spec.ts';

/** Bytes kept of a write: the head, not the tail. */
export const OUTPUT_LIMIT_BYTES = 2048;

/** In the order, and with the odd case, of the wire. */
export interface RunOutput {
  readonly Stdout: string;
  readonly StdoutTruncated: boolean;
  readonly stderr: string;
  readonly StderrTruncated: boolean;
  readonly ExitCode: number;
  readonly ErrorMsg: string;
}

/**
 * All zero until the execution ends, and for ever when it failed: the exit code says nothing there. A service whose
 * program exits has failed and keeps its output all the same.
 */
export function viewRunOutput(scope: Scope, job: SimJob, placed: PlacedExecution): RunOutput {
  const exitCode = exitCodeOf(scope, job, placed);
  if (exitCode === null) return summary('', '', 0);
  const { execution } = placed;
  return summary(firstWrite(scope, execution, 'stdout'), firstWrite(scope, execution, 'stderr'), exitCode);
}

/** Null when the record has none. */
function exitCodeOf(scope: Scope, job: SimJob, placed: PlacedExecution): number | null {
  const { outcome, version } = placed.execution;
  const { state, message } = lastChange(placed);
  if (state === 'Completed') return outcome?.kind === 'nonzero' ? outcome.exitCode : 0;
  const exited = state === 'Failed' && message === COMPLETED_UNEXPECTEDLY;
  return exited ? exitCodeOfService(specOf(scope, job, version)) : null;
}

function summary(stdout: string, stderr: string, exitCode: number): RunOutput {
  const out = headOf(stdout);
  const err = headOf(stderr);
  return {
    Stdout: out.text,
    StdoutTruncated: out.truncated,
    stderr: err.text,
    StderrTruncated: err.truncated,
    ExitCode: exitCode,
    ErrorMsg: '',
  };
}

function firstWrite(scope: Scope, execution: SimExecution, stream: 'stdout' | 'stderr'): string {
  const line = scope.site.logOf(execution).find((written) => written.stream === stream);
  return line === undefined ? '' : `${line.text}\n`;
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
