import { guidOf } from '../wire.ts';
import type { QarnotKeyValue, QarnotSchedulingType } from '../extension.ts';
import type { Draft, TaskBody } from './draft.ts';
import { draftRanges, draftTimeToLive } from './limits.ts';
import { extensionPath, notWith } from './field-path.ts';

const MAX_PATTERN = 2047;

const SCHEDULING: Readonly<Record<QarnotSchedulingType, NonNullable<TaskBody['schedulingType']>>> = {
  FLEX: 'flex',
  ON_DEMAND: 'onDemand',
  RESERVED: 'reserved',
};

/** What only Qarnot knows. */
export function draftExtension(draft: Draft): void {
  draftPlace(draft);
  draftConstants(draft);
  draftScheduling(draft);
  draftRanges(draft);
  draftAfterwards(draft);
  draftDependencies(draft);
}

/** Profile, pool and job. */
function draftPlace({ spec, extension, verdicts, body }: Draft): void {
  const { profile, poolUuid, jobUuid } = extension;
  const [profileAt, poolAt, jobAt] = [
    extensionPath('profile'),
    extensionPath('poolUuid'),
    extensionPath('jobUuid'),
  ];
  if (profile != null) {
    const objection =
      profile.trim() === ''
        ? 'A profile has a name.'
        : spec.app === null
          ? null
          : notWith(['spec', 'app'], profileAt, 'both are the profile.');
    verdicts.judge(profileAt, objection);
  }
  if (poolUuid != null) {
    const pool = guidOf(poolUuid);
    const objection =
      pool === null
        ? 'This is no uuid.'
        : jobUuid != null
          ? notWith(poolAt, jobAt, 'a task has the pool of its job.')
          : profile != null
            ? notWith(profileAt, poolAt, 'the pool brings its profile.')
            : spec.app !== null
              ? notWith(['spec', 'app'], poolAt, 'the pool brings its profile.')
              : null;
    if (verdicts.judge(poolAt, objection) && pool !== null) body.poolUuid = pool;
  }
  if (jobUuid != null) {
    const job = guidOf(jobUuid);
    if (verdicts.judge(jobAt, job === null ? 'This is no uuid.' : null) && job !== null) body.jobUuid = job;
    if (body.profile === undefined)
      verdicts.notes.push(
        'Nothing says what to run: it is sent only if the job has a pool, which brings a profile.',
      );
    verdicts.notes.push(
      'The task joins a job that may hold others: what is done to the job is done to them, too.',
    );
  }
}

function draftConstants({ extension, constants, verdicts, body }: Draft): void {
  for (const [i, { key, value }] of (extension.constants ?? []).entries()) {
    const path = extensionPath('constants', i, 'key');
    verdicts.judge(path, constants.add(key, value, path));
  }
  const constraints: QarnotKeyValue[] = [];
  for (const [i, { key, value }] of (extension.constraints ?? []).entries()) {
    if (verdicts.judge(extensionPath('constraints', i, 'key'), key === '' ? 'A constraint has a key.' : null))
      constraints.push({ key, value });
  }
  if (constraints.length > 0) body.constraints = constraints;
}

function draftScheduling({ extension, verdicts, body }: Draft): void {
  const { schedulingType, reservedMachineKey } = extension;
  if (schedulingType != null) {
    body.schedulingType = SCHEDULING[schedulingType];
    verdicts.honoured(extensionPath('schedulingType'));
  }
  if (reservedMachineKey == null) return;
  const objection =
    schedulingType === 'RESERVED'
      ? null
      : `Only with extensions.qarnot.schedulingType RESERVED: other machines are not reserved.`;
  if (verdicts.judge(extensionPath('reservedMachineKey'), objection))
    body.targetedReservedMachineKey = reservedMachineKey;
}

/** What becomes of the results, and of the ended task. */
function draftAfterwards(draft: Draft): void {
  const { extension, verdicts, body } = draft;
  const { resultsBlacklist, autoDelete } = extension;
  if (resultsBlacklist != null) {
    const objection =
      resultsBlacklist.length > MAX_PATTERN ? `It has at most ${String(MAX_PATTERN)} characters.` : null;
    if (verdicts.judge(extensionPath('resultsBlacklist'), objection))
      body.resultsBlacklist = resultsBlacklist;
  }
  draftTimeToLive(draft);
  if (autoDelete != null) {
    body.autoDeleteOnCompletion = autoDelete;
    verdicts.honoured(extensionPath('autoDelete'));
  }
}

function draftDependencies({ extension, verdicts, body }: Draft): void {
  const uuids = extension.dependsOn ?? [];
  if (uuids.length === 0) return;
  const objection =
    extension.jobUuid == null
      ? 'Only with extensions.qarnot.jobUuid: tasks depend on tasks of the same job.'
      : uuids.every((uuid) => guidOf(uuid) !== null)
        ? null
        : 'These are the uuids of tasks.';
  if (!verdicts.judge(extensionPath('dependsOn'), objection)) return;
  body.dependencies = { dependsOn: uuids };
  verdicts.notes.push('Qarnot heeds dependencies only in a job that was created with useDependencies.');
}
