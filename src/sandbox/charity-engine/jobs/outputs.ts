import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { wireId } from '../known-ids.ts';
import type { Json } from '../wire/json.ts';
import { logText } from './log.ts';
import { promisedOutputs } from './script.ts';
import { jobWord, partsOf } from './words.ts';

interface OutputFile {
  readonly filename: string;
  content(): Buffer;
}

/**
 * The files a job left. Only a completed one has any, and it has them at once: completed means uploaded. Whether failed
 * jobs return outputs is unknown; here they do not. What the world's own users run leaves a log file.
 */
export function outputsOf(installation: Installation, job: SimJob): readonly OutputFile[] {
  if (jobWord(job) !== 'completed') return [];
  const { commandLine } = job.labels;
  const whole = { ...installation, mutation: { ...installation.mutation, truncatedLog: false } };
  const log = (): Buffer => Buffer.from(logText(whole, job, partsOf(job)));
  if (commandLine === undefined) return [{ filename: 'output.log', content: log }];
  return promisedOutputs(commandLine).map(({ filename, content }) => ({
    filename,
    content: () => content ?? log(),
  }));
}

/** `outputFiles` as the wire has it. The form of its elements is unknown: an object with a name and a URL is a guess. */
export function outputList(installation: Installation, job: SimJob, origin: string): readonly Json[] {
  return outputsOf(installation, job).map(({ filename }) => {
    const id = encodeURIComponent(String(wireId(job, installation.mutation)));
    const url = `${origin}/files/${id}/${encodeURIComponent(filename)}`;
    return installation.mutation.outputFilesAsStrings ? url : { filename, url };
  });
}
