import { bytes, millis } from '../../../model/units.ts';
import type { SubmitRequest } from '../../acting.ts';
import type { CharityEngineExtension } from '../extension.ts';
import type { KnownSpec } from '../known-jobs.ts';
import { projectKeyOf } from '../project.ts';
import type { CharityEngineSettings } from '../settings.ts';
import { commandLineOf, judgeOwnCommandLine } from './command-line.ts';
import { inputFilesOf, judgeOutputs, type InputFile } from './files.ts';
import { isInference, programOf, withArchive } from './program.ts';
import { HOUR_MS, hoursOf, MIB, specsOf, type Specs } from './specs.ts';
import { Verdicts } from '../../verdicts.ts';
import { ownPath } from './own-path.ts';

/** A job in the service's words, but for its mark. */
export interface TranslatedJob {
  readonly app: string;
  readonly commandLine: string;
  readonly specs: Specs;
  readonly hours: number;
  readonly inputFiles: readonly InputFile[];
  /** `mark`: the gateway's own; else as it was given, null for none. */
  readonly tag: { readonly mark: true } | { readonly mark: false; readonly text: string | null };
  readonly copies: number;
  /** What is remembered of it, because the service tells nothing. */
  readonly remembered: KnownSpec;
}

export interface Translation {
  readonly verdicts: Verdicts;
  /** Null when anything was refused. */
  readonly job: TranslatedJob | null;
}

/** What becomes of every field, and the job that is made of them. */
export function translate(request: SubmitRequest, settings: CharityEngineSettings): Translation {
  const { spec, project } = request;
  const extension = (request.extension ?? {}) as CharityEngineExtension;
  const verdicts = new Verdicts();
  if (project !== null) {
    if (project === projectKeyOf(settings)) verdicts.honoured(['project']);
    else verdicts.refused(['project'], `Charity Engine has no projects: the account, "${settings.account}", is the only one.`); // prettier-ignore
  }
  verdicts.translated(['spec', 'name'], 'Kept by this gateway: Charity Engine has no names.');
  if (spec.jobKind === 'BATCH') verdicts.honoured(['spec', 'jobKind']);
  else if (spec.jobKind !== null) verdicts.refused(['spec', 'jobKind'], 'Charity Engine runs batch jobs only.'); // prettier-ignore
  const named = programOf(verdicts, spec);
  const commandLine = commandLineOf(verdicts, spec, extension, named?.app ?? null);
  refuseEnvironment(verdicts, spec);
  const specs = specsOf(verdicts, spec, settings);
  const inputFiles = inputFilesOf(verdicts, spec);
  judgeOutputs(verdicts, spec);
  const hours = hoursOf(verdicts, spec, settings);
  const copies = copiesOf(verdicts, spec, settings);
  judgeTheRest(verdicts, spec);
  judgeOwnCommandLine(verdicts, extension, named?.app ?? null);
  const tag = tagOf(verdicts, extension, named?.app ?? '');
  const program = withArchive(verdicts, named, spec, extension);
  if (verdicts.firstRefusal !== null || program === null || commandLine === null || hours === null) {
    return { verdicts, job: null };
  }
  const remembered: KnownSpec = {
    app: program.shownApp,
    commandLine,
    resources: {
      cpuMillis: millis(specs.vcpus),
      memoryBytes: bytes(specs.ram * MIB),
      diskBytes: bytes(specs.disk * MIB),
      gpuMillis: null,
    },
    timeoutMs: hours * HOUR_MS,
  };
  return {
    verdicts,
    job: { app: program.app, commandLine, specs, hours, inputFiles, tag, copies, remembered },
  };
}

type Spec = SubmitRequest['spec'];

/** There is no member for them. In the command line their values would stand in the logs of strangers' machines. */
function refuseEnvironment(verdicts: Verdicts, { workingDirectory, env, secretEnv }: Spec): void {
  if (workingDirectory !== null) {
    verdicts.refused(['spec', 'workingDirectory'], 'Charity Engine takes none. Let a shell change to it: sh -c "cd … && …".'); // prettier-ignore
  }
  if (env.length > 0) {
    verdicts.refused(['spec', 'env'], 'Charity Engine takes no environment variables, and a command line is no place for their values.'); // prettier-ignore
  }
  if (secretEnv.length > 0) verdicts.refused(['spec', 'secretEnv'], 'Charity Engine keeps no secrets.');
}

function copiesOf(
  verdicts: Verdicts,
  { count }: Spec,
  { copiesField, maxKnownJobs }: CharityEngineSettings,
): number {
  const path = ['spec', 'count'];
  if (count === null) return 1;
  if (count === 1) verdicts.honoured(path);
  else if (copiesField === undefined) {
    verdicts.refused(path, 'How several are asked for at once is not documented. Submit it several times, or name the member in "copiesField" of the settings.'); // prettier-ignore
  } else if (count > maxKnownJobs) {
    verdicts.refused(path, `The gateway keeps ${String(maxKnownJobs)} jobs in mind ("maxKnownJobs" of the settings).`); // prettier-ignore
  } else verdicts.translated(path, `Becomes ${String(count)} jobs of one task each.`);
  return count;
}

function judgeTheRest(verdicts: Verdicts, { queueTimeoutMs, maxRetries, labels, priority }: Spec): void {
  if (queueTimeoutMs !== null) {
    verdicts.ignored(['spec', 'queueTimeoutMs'], 'Charity Engine has no limit for the time a job waits.');
  }
  if (maxRetries !== null) {
    verdicts.ignored(['spec', 'maxRetries'], 'Charity Engine decides itself: work of a machine that vanishes is given to another.'); // prettier-ignore
  }
  if (labels.length > 0) {
    verdicts.translated(['spec', 'labels'], 'Kept by this gateway: Charity Engine has no labels.');
  }
  if (priority !== null) verdicts.ignored(['spec', 'priority'], 'Charity Engine has no priorities.');
}

/** The tag of a job is free text. That of a text inference is the name of a model, which nothing else may stand for. */
function tagOf(verdicts: Verdicts, { tag }: CharityEngineExtension, app: string): TranslatedJob['tag'] {
  if (tag == null || tag === '') return isInference(app) ? { mark: false, text: null } : { mark: true };
  verdicts.honoured(ownPath('tag'));
  if (!isInference(app)) {
    verdicts.notes.push('The tag takes the place of the gateway’s own mark on the job.');
  }
  return { mark: false, text: tag };
}
