import type { SubmissionStamp } from '../../acting.ts';
import type { CharityEngineSettings } from '../settings.ts';
import type { InputFile } from './files.ts';
import type { Specs } from './specs.ts';
import type { TranslatedJob } from './translation.ts';

export interface CreateBody {
  /** Without the credential. */
  readonly body: {
    readonly app: string;
    readonly commandLine: string;
    readonly specs: Specs;
    readonly hours: number;
    readonly inputFiles: readonly InputFile[];
    readonly tag?: string;
  };
  /** Values of members that are the operator's own. */
  readonly ownMembers: readonly unknown[];
}

/** Every member of the documented sample, and what the operator adds. */
export function createBody(
  { app, commandLine, specs, hours, inputFiles, tag, copies }: TranslatedJob,
  stamp: SubmissionStamp,
  { copiesField, extraCreateFields }: CharityEngineSettings,
): CreateBody {
  const text = tag.mark ? `gw:${stamp.id}` : tag.text;
  const body = {
    app,
    commandLine,
    specs,
    hours,
    inputFiles,
    ...(text === null ? {} : { tag: text }),
    ...(copiesField === undefined || copies === 1 ? {} : { [copiesField]: copies }),
    ...extraCreateFields,
  };
  return { body, ownMembers: Object.values(extraCreateFields) };
}
