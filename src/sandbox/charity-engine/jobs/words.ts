/**
 * The status words. Only `running` was ever seen on the wire; the others are the lower-case forms of the words of a
 * documented client.
 */
import type { SimExecution, SimJob } from '../../world/types.ts';
import type { CharityEngineMutation } from '../mutation.ts';

export type StatusWord = 'provisioning' | 'downloading' | 'running' | 'completed' | 'failed' | 'aborted';

/** The ancestor's words. It has one word for downloading only in what its clients print. */
const BOINC_WORDS: Readonly<Record<StatusWord, string>> = {
  provisioning: 'queued',
  downloading: 'downloading',
  running: 'in_progress',
  completed: 'done',
  failed: 'error',
  aborted: 'aborted',
};

/**
 * The latest attempt of every index. A job of this API runs once: a new version, which the world's own users open here
 * and there, would be another job, so only the first one counts and what has ended stays ended.
 */
export function partsOf(job: SimJob): readonly SimExecution[] {
  const latest = new Map<number, SimExecution>();
  for (const execution of job.executions) if (execution.version === 1) latest.set(execution.index, execution);
  return [...latest.values()];
}

/** The state of one part. `aborted` is both cancelled and out of time; uploading still counts as running. */
export function partWord({ state, outcome }: SimExecution): StatusWord {
  if (state === 'queued') return 'provisioning';
  if (state === 'preparing') return 'downloading';
  if (state === 'running' || state === 'finalizing') return 'running';
  if (state === 'succeeded') return 'completed';
  if (state === 'cancelled') return 'aborted';
  return outcome?.kind === 'failure' && outcome.cause === 'timeout' ? 'aborted' : 'failed';
}

export function isTerminal(word: StatusWord): boolean {
  return word === 'completed' || word === 'failed' || word === 'aborted';
}

/** The state of a job: that of its only part, or what its parts come to. */
export function jobWord(job: SimJob): StatusWord {
  const words = partsOf(job).map(partWord);
  const has = (word: StatusWord): boolean => words.includes(word);
  if (words.length > 0 && words.every(isTerminal)) {
    if (has('failed')) return 'failed';
    return has('aborted') ? 'aborted' : 'completed';
  }
  if (has('running') || words.some(isTerminal)) return 'running';
  return has('downloading') ? 'downloading' : 'provisioning';
}

/** The word as this server spells it. */
export function spelled(word: StatusWord, mutation: CharityEngineMutation): string {
  const chosen = mutation.boincVocabulary ? BOINC_WORDS[word] : word;
  return mutation.upperCaseStatus ? chosen.toUpperCase() : chosen;
}
