import type { NativeKey } from '../../../model/ids.ts';
import type { JobSpec } from '../../../model/job-spec.ts';
import type { SubmitRequest } from '../../acting.ts';
import type { QarnotExtension, QarnotKeyValue } from '../extension.ts';
import type { QarnotSettings } from '../settings.ts';
import { Constants } from './constants.ts';
import { draftExtension } from './draft-extension.ts';
import { draftEnvironment } from './environment.ts';
import { draftHardware } from './hardware.ts';
import { draftLabels } from './labels.ts';
import { draftLimits } from './limits.ts';
import { draftProgram } from './program.ts';
import { draftProject } from './project.ts';
import { draftInputs, draftOutputs } from './staging.ts';
import { Verdicts } from '../../verdicts.ts';

/** The body of a creation: every member that the adapter ever sends. Stamped before it is sent. */
export interface TaskBody {
  name: string;
  shortname?: string;
  profile?: string;
  poolUuid?: string;
  jobUuid?: string;
  projectUuid?: string;
  instanceCount?: number;
  advancedRanges?: string;
  constants?: readonly QarnotKeyValue[];
  constraints?: readonly QarnotKeyValue[];
  hardwareConstraints?: readonly object[];
  advancedResourceBuckets?: readonly object[];
  resultBucket?: string;
  resultsBucketPrefix?: string;
  resultsWhitelist?: string;
  resultsBlacklist?: string;
  maxTimeQueueSeconds?: number;
  retrySettings?: { readonly maxPerInstanceRetries: number };
  tags?: readonly string[];
  labels?: Readonly<Record<string, string>>;
  schedulingType?: 'flex' | 'onDemand' | 'reserved';
  targetedReservedMachineKey?: string;
  completionTimeToLive?: string;
  autoDeleteOnCompletion?: boolean;
  dependencies?: { readonly dependsOn: readonly string[] };
}

/** A request while it is judged: what was asked, what would be sent, and what is said of each field. */
export interface Draft {
  readonly spec: JobSpec;
  readonly project: NativeKey | null;
  readonly extension: QarnotExtension;
  readonly settings: QarnotSettings;
  readonly verdicts: Verdicts;
  readonly constants: Constants;
  readonly body: TaskBody;
  /** Whether the profile is only assumed: a job with a pool brings one, and then none may be sent. */
  profileAssumed: boolean;
}

/**
 * Judges a request and makes what would be sent of it, in one pass, so that both always agree. What is made of a request
 * with a refusal is of no use.
 */
export function draftTask(request: SubmitRequest, settings: QarnotSettings): Draft {
  const draft: Draft = {
    spec: request.spec,
    project: request.project,
    extension: request.extension ?? {},
    settings,
    verdicts: new Verdicts(),
    constants: new Constants(),
    body: { name: request.spec.name },
    profileAssumed: false,
  };
  // In the order of the input's fields.
  draftProgram(draft);
  draftEnvironment(draft);
  draftHardware(draft);
  draftInputs(draft);
  draftOutputs(draft);
  draftLimits(draft);
  draftLabels(draft);
  draftProject(draft);
  draftExtension(draft);
  if (draft.constants.size > 0) draft.body.constants = draft.constants.list;
  return draft;
}
