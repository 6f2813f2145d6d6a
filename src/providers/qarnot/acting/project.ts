import { DEFAULT_PROJECT } from '../keys.ts';
import { guidOf } from '../wire.ts';
import type { Draft } from './draft.ts';

/** The account's default project takes what names none. */
export function draftProject({ project, verdicts, body }: Draft): void {
  if (project === null) return;
  const uuid = guidOf(project);
  const known = uuid !== null || project === DEFAULT_PROJECT;
  if (verdicts.judge(['project'], known ? null : 'No project of Qarnot has such a key.') && uuid !== null)
    body.projectUuid = uuid;
}
