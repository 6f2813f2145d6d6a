import type { Draft } from './draft.ts';
import { imageName } from './image.ts';
import { shellLine } from '../../shell-line.ts';
import { extensionPath, notWith } from './field-path.ts';

const MAX_NAME = 2047;

/** What runs: name, kind, image, application, command. */
export function draftProgram(draft: Draft): void {
  const { spec, extension, verdicts, body, settings } = draft;
  verdicts.judge(
    ['spec', 'name'],
    spec.name.length > MAX_NAME ? `A name has at most ${String(MAX_NAME)} characters.` : null,
  );
  if (spec.jobKind !== null)
    verdicts.judge(
      ['spec', 'jobKind'],
      spec.jobKind === 'BATCH' ? null : 'Qarnot runs tasks that end: only BATCH can be asked for.',
    );
  const named = extension.profile ?? spec.app;
  const elsewhere = (extension.poolUuid ?? extension.jobUuid ?? null) !== null;
  if (named !== null && extension.poolUuid == null) body.profile = named;
  // A pool brings its profile. A job may have a pool, which is seen when the job is read.
  else if (extension.poolUuid == null && (spec.image !== null || !elsewhere)) {
    body.profile = settings.containerProfile;
    draft.profileAssumed = true;
  }
  if (spec.image !== null) draftImage(draft, spec.image, named);
  else if (named === null && !elsewhere)
    verdicts.refused(
      ['spec', 'image'],
      'Nothing says what to run: give spec.image, spec.app, or a profile, pool or job in extensions.qarnot.',
    );
  if (spec.app !== null)
    verdicts.judge(
      ['spec', 'app'],
      extension.profile != null
        ? notWith(['spec', 'app'], extensionPath('profile'), 'both are the profile.')
        : null,
    );
  draftCommand(draft, named);
  if (spec.workingDirectory !== null)
    verdicts.refused(
      ['spec', 'workingDirectory'],
      'Qarnot starts every command in the directory that TASK_PATH names.',
    );
}

/** Whether a profile runs containers: those of Qarnot's catalogue are named so. */
function runsContainers(profile: string, draft: Draft): boolean {
  return profile === draft.settings.containerProfile || profile.startsWith('docker');
}

function notForContainers(profile: string | null, draft: Draft): string | null {
  return profile === null || runsContainers(profile, draft)
    ? null
    : `The profile "${profile}" is not known to run containers; its parameters go into extensions.qarnot.constants.`;
}

function draftImage(draft: Draft, image: string, profile: string | null): void {
  const { verdicts, constants, extension } = draft;
  const path = ['spec', 'image'];
  const registryGiven = extension.constants?.some(({ key }) => key === 'DOCKER_SRV') ?? false;
  const name = imageName(image, registryGiven);
  const objection =
    notForContainers(profile, draft) ??
    (typeof name === 'string'
      ? name
      : (constants.add('DOCKER_REPO', name.repository, path) ?? constants.add('DOCKER_TAG', name.tag, path)));
  if (objection !== null) verdicts.refused(path, objection);
  else
    verdicts.translated(
      path,
      'Sent as the constants DOCKER_REPO and DOCKER_TAG of a profile that runs containers.',
    );
}

function draftCommand(draft: Draft, profile: string | null): void {
  const { spec, verdicts, constants } = draft;
  const words = [...spec.command, ...spec.args];
  if (words.length === 0) return;
  const first = spec.command.length > 0 ? ['spec', 'command'] : ['spec', 'args'];
  const objection = notForContainers(profile, draft) ?? constants.add('DOCKER_CMD', shellLine(words), first);
  const paths = [
    { path: ['spec', 'command'], given: spec.command, more: ' Of an image with an entrypoint of its own they become the arguments.' },
    { path: ['spec', 'args'], given: spec.args, more: '' },
  ]; // prettier-ignore
  for (const { path, given, more } of paths) {
    if (given.length === 0) continue;
    if (objection !== null) verdicts.refused(path, objection);
    else verdicts.translated(path, `Written into the constant DOCKER_CMD, word by word and quoted.${more}`);
  }
}
