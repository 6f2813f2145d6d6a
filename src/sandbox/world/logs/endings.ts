/** The last lines of a log: what a program says, or what is said of it, when it ends. */
import type { SimExecution, SimLogLine } from '../types.ts';
import type { LogKind } from './kinds.ts';
import { err, out } from './script.ts';

const PYTHON_KINDS: readonly LogKind[] = ['train', 'steps', 'simulate'];

function traceback(at: number, last: string, frames: readonly string[]): SimLogLine[] {
  return ['Traceback (most recent call last):', ...frames, last].map((text) => err(at, text));
}

const FRAMES = [
  '  File "/app/run.py", line 214, in <module>',
  '    main(parse_args())',
  '  File "/app/run.py", line 187, in main',
  '    state = step(batch, state)',
];

/** `gpuModel` is null for a job without a GPU. */
export function endingOf(
  kind: LogKind,
  outcome: NonNullable<SimExecution['outcome']>,
  at: number,
  gpuModel: string | null,
): readonly SimLogLine[] {
  if (kind === 'script') return [];
  const inPython = PYTHON_KINDS.includes(kind);
  if (outcome.kind === 'success') return [out(at, 'done: results are in /outputs')];
  if (outcome.kind === 'cancelled') return [err(at, 'received SIGTERM, shutting down')];
  if (outcome.kind === 'nonzero') {
    return inPython
      ? traceback(at, "ValueError: expected 3 channels, got 4 in '/in/part-0193'", FRAMES)
      : [err(at, `error: input is not usable, giving up (exit ${outcome.exitCode})`)];
  }
  switch (outcome.cause) {
    case 'oom':
      if (gpuModel === null) return [err(at, 'Killed')];
      return traceback(
        at,
        'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has 0.81 GiB free.',
        [...FRAMES, '  File "/app/model.py", line 96, in forward', '    x = self.blocks(x)'],
      );
    case 'timeout':
      return [err(at, 'received SIGTERM: time limit reached')];
    case 'output':
      return [out(at, 'uploading results'), err(at, `upload failed: ${outcome.message}`)];
    default:
      // The node is gone, or the program never ran: nobody printed anything.
      return [];
  }
}
