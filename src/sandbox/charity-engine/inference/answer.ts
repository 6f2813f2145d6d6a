import type { SimExecution, SimJob } from '../../world/types.ts';
import { promptsOf } from './prompts.ts';

/** What a model would have said, in full. No model runs in the sandbox. */
function wordsOf(job: SimJob): readonly string[] {
  const model = job.tags[0] ?? 'the default model';
  const prompts = promptsOf(job.labels['commandLine'] ?? '') ?? [];
  return prompts.flatMap((prompt, index) =>
    `${index > 0 ? '\n' : ''}You asked: ${prompt.trim()}\nThe sandbox runs no model, so this is what ${model} would take about as long to say.`.split(
      /(?<= )/,
    ),
  );
}

/** The answer as far as it has been given at `now`, word by word: the job's log carries it. */
export function answerUntil(job: SimJob, { startedAt, endedAt, state }: SimExecution, now: number): string {
  if (startedAt === null) return '';
  const words = wordsOf(job);
  const share = state === 'succeeded' ? 1 : ((endedAt ?? now) - startedAt) / Math.max(1, job.fate.runMs);
  const said = Math.floor(words.length * Math.min(1, share));
  return words.slice(0, said).join('') + (said === words.length ? '\n' : '');
}
