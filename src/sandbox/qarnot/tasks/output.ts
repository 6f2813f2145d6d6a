import type { SimLogLine } from '../../world/types.ts';
import type { Installation } from '../store/installation.ts';
import type { Task } from './facts.ts';
import { currentExecutions } from './timeline.ts';

export type Stream = 'stdout' | 'stderr';

interface OutputLine {
  readonly at: number;
  readonly executionId: string;
  /** Which line of its execution's stream it is, from 0. */
  readonly position: number;
  readonly text: string;
}

function linesOf(
  installation: Installation,
  task: Task,
  stream: Stream,
  instanceId: number | null,
): OutputLine[] {
  const lines: OutputLine[] = [];
  for (const execution of currentExecutions(task.job)) {
    const id = task.facts.instanceIds[execution.index] ?? execution.index;
    if (instanceId !== null && id !== instanceId) continue;
    // Only the text of the whole task tells its instances apart.
    const prefix = instanceId === null ? `${String(id)}> ` : '';
    installation.site
      .logOf(execution)
      .filter((line: SimLogLine) => line.stream === stream)
      .forEach((line, position) => {
        lines.push({ at: line.at, executionId: execution.id, position, text: `${prefix}${line.text}\n` });
      });
  }
  return lines.sort((a, b) => a.at - b.at);
}

/** The last lines that fit into the buffer: older output is dropped, as in the service's circular buffer. */
function retained(lines: readonly OutputLine[], length: number): readonly OutputLine[] {
  let left = length;
  let first = lines.length;
  while (first > 0) {
    left -= lines[first - 1]?.text.length ?? 0;
    if (left < 0) break;
    first -= 1;
  }
  return lines.slice(first);
}

const joined = (lines: readonly OutputLine[]): string => lines.map(({ text }) => text).join('');

/** Everything still buffered. Reading it moves no cursor; whether it does upstream is unverified. */
export function bufferedOutput(
  installation: Installation,
  task: Task,
  stream: Stream,
  instanceId: number | null,
): string {
  const lines = linesOf(installation, task, stream, instanceId);
  return joined(retained(lines, installation.outputBufferLength));
}

/** One cursor per (object, stream, instance), shared by every client: reading here takes the text from all others. */
export class OutputCursors {
  /** How many lines of each execution have been handed out. */
  readonly #read = new Map<string, Map<string, number>>();

  /** What is buffered and has not been handed out yet. */
  freshOutput(installation: Installation, task: Task, stream: Stream, instanceId: number | null): string {
    const key = `${task.facts.uuid}/${stream}/${String(instanceId ?? '')}`;
    const read = this.#read.get(key) ?? new Map<string, number>();
    const lines = linesOf(installation, task, stream, instanceId);
    const fresh = retained(lines, installation.outputBufferLength).filter(
      ({ executionId, position }) => position >= (read.get(executionId) ?? 0),
    );
    for (const { executionId, position } of lines) {
      read.set(executionId, Math.max(read.get(executionId) ?? 0, position + 1));
    }
    this.#read.set(key, read);
    return joined(fresh);
  }

  /** Drops the cursors of a task that is gone. */
  forget(uuid: string): void {
    for (const key of this.#read.keys()) if (key.startsWith(`${uuid}/`)) this.#read.delete(key);
  }
}
