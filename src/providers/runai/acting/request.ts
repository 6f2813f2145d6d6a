import type { SubmissionPlan, SubmitRequest } from '../../acting.ts';
import type { RunaiExtension } from '../extension.ts';
import type { RunaiSettings } from '../settings.ts';
import { computeOf } from './compute.ts';
import { containerOf, templateOf } from './container.ts';
import { whenAny, type Draft } from './draft.ts';
import { labelsOf } from './labels.ts';
import { clusterOf, judgePriority, projectOf, schedulingOf } from './placement.ts';
import { deletionOf, portsOf } from './ports.ts';
import { distributedOf, repetitionOf } from './repetition.ts';
import { storageOf } from './storage.ts';
import { kindForJob, type TypedKind } from './typed-kind.ts';
import { Verdicts } from '../../verdicts.ts';

export interface Translation extends SubmissionPlan {
  /** What to send; of no use when anything is refused. */
  readonly draft: Draft;
}

/** A request in Run:ai's words, with the verdict on each field. Decided by the request and the settings alone. */
export function translate({ spec, project, extension }: SubmitRequest, settings: RunaiSettings): Translation {
  // The shape that this kind's input type has in the graph.
  const ext = (extension ?? {}) as RunaiExtension;
  const verdicts = new Verdicts();
  const extended = new Verdicts();
  verdicts.translated(['spec', 'name'], 'Made a DNS label that nothing else has; the name itself stands in an annotation.'); // prettier-ignore
  verdicts.notes.push('The name is followed by 16 letters of the submission’s own.');
  const kind = judgeKind(spec.jobKind, ext, verdicts);

  const container = containerOf(spec, ext, verdicts);
  const compute = computeOf(spec, ext, verdicts, extended);
  const storage = storageOf(spec, ext, kind, verdicts, extended);
  const repetition = repetitionOf(spec, ext, kind, verdicts);
  const labels = labelsOf(spec.labels, verdicts);
  judgePriority(spec.priority, ext, verdicts);
  const projectId = projectOf(project, settings, verdicts);

  const clusterId = clusterOf(ext, settings, extended);
  const scheduling = schedulingOf(ext, extended);
  const templateId = templateOf(ext, extended);
  const distributed = ext.distributed == null ? null : distributedOf(ext.distributed, kind, extended);
  const ports = portsOf(ext, kind, extended);
  const autoDeletionTimeAfterCompletionSeconds = deletionOf(ext, kind, extended);
  const members = {
    ...container,
    compute,
    storage,
    ...repetition,
    ...distributed?.spec,
    ...labels,
    ...scheduling,
    ...ports,
    autoDeletionTimeAfterCompletionSeconds,
  };
  return {
    verdicts: [...verdicts.all, ...extended.all],
    notes: verdicts.notes,
    draft: {
      kind,
      projectId,
      clusterId,
      beside: whenAny({ templateId, ...distributed?.beside }) ?? {},
      spec: whenAny(members) ?? {},
    },
  };
}

/** What it is submitted as; a training, where it cannot be submitted at all. */
function judgeKind(
  jobKind: SubmitRequest['spec']['jobKind'],
  ext: RunaiExtension,
  verdicts: Verdicts,
): TypedKind {
  const kind = kindForJob(jobKind, ext.distributed != null);
  const objection =
    kind === null
      ? 'Run:ai runs batch jobs, interactive ones and services.'
      : kind === 'inferences' && ext.servingPort == null
        ? 'A service needs a servingPort in the extension.'
        : null;
  if (jobKind !== null) verdicts.judge(['spec', 'jobKind'], objection);
  return kind ?? 'trainings';
}
