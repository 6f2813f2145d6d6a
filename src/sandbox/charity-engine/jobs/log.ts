import type { SimExecution, SimJob } from '../../world/types.ts';
import { answerUntil } from '../inference/answer.ts';
import { isInference } from '../inference/prompts.ts';
import type { Installation } from '../installation.ts';

/** What the `truncatedLog` mode leaves, in characters. Whether the service cuts logs, and where, is unknown. */
const TAIL_LENGTH = 1024;

/**
 * The console output of these attempts up to now, in order of time: stdout and stderr cannot be told apart. It grows
 * while they run and begins anew with another attempt.
 */
export function logText(
  { site, world, mutation }: Pick<Installation, 'site' | 'world' | 'mutation'>,
  job: SimJob,
  parts: readonly SimExecution[],
): string {
  let text: string;
  if (isInference(job.labels['app'] ?? '')) {
    text = parts.map((part) => answerUntil(job, part, world.clock.now())).join('');
  } else {
    const lines = parts.flatMap((part) => site.logOf(part)).sort((a, b) => a.at - b.at);
    text = lines.map((line) => `${line.text}\n`).join('');
  }
  return mutation.truncatedLog ? text.slice(-TAIL_LENGTH) : text;
}
