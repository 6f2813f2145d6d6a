/** A job's history from 1.5 on: events for people, with sequence numbers, and without execution states. */
import type { SimEvent, SimExecution, SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { shortId, wireNodeId } from '../wire/ids.ts';
import {
  failureMessage,
  NODE_DISAPPEARED,
  STOPPED_FOR_UPDATE,
  STOPPED_WITH_JOB,
} from './execution-changes.ts';
import { shortageDetails } from './shortage.ts';
import { RERUN_REASON, stateMessage } from './state-message.ts';
import type { JobTransition } from './transitions.ts';
import {
  COMPLETED_UNEXPECTEDLY,
  isPlaceholder,
  runsEverywhere,
  stopReasonOf,
  transitionsOf,
} from './transitions.ts';

export interface HistoryItem {
  /** Per job, from 1, without holes. */
  readonly seq: number;
  readonly at: number;
  readonly version: number;
  /** The world's id; null for an event of the job. */
  readonly executionId: string | null;
  readonly topic: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

type Draft = Omit<HistoryItem, 'seq' | 'at' | 'version'>;

/** The whole history, oldest first. What is in it never changes: later events only add to its end. */
export function historyOf(installation: Installation, job: SimJob): readonly HistoryItem[] {
  const items: HistoryItem[] = [];
  const open = new Map<string, SimExecution>();
  const executions = new Map(job.executions.map((execution) => [execution.id, execution]));
  const stateAt = new Map(transitionsOf(job).map((transition) => [transition.eventSeq, transition]));
  for (const event of job.history) {
    const subject = event.executionId === null ? undefined : executions.get(event.executionId);
    if (event.topic === 'requested' && subject !== undefined && !isPlaceholder(subject)) {
      open.set(subject.id, subject);
    }
    // What happens to an execution that never had a node is not the orchestrator's to tell.
    if (event.executionId !== null && (subject === undefined || !open.has(subject.id))) continue;
    const drafts = draftsOf(installation, job, event, stateAt.get(event.seq), subject, [...open.values()]);
    // Nothing more is heard of what was stopped, though its node may be busy with it for a moment.
    if (event.topic === 'stop-requested' || event.topic === 'rerun') open.clear();
    if (event.topic === 'execution-ended' && subject !== undefined) open.delete(subject.id);
    for (const draft of drafts) {
      items.push({ seq: items.length + 1, at: event.at, version: event.version, ...draft });
    }
  }
  return items;
}

function ofJob(topic: string, message: string, details: Draft['details'] = {}): Draft {
  return { executionId: null, topic, message, details };
}

function ofExecution(
  execution: SimExecution,
  topic: string,
  message: string,
  details: Draft['details'] = {},
): Draft {
  return { executionId: execution.id, topic, message, details };
}

function draftsOf(
  installation: Installation,
  job: SimJob,
  event: SimEvent,
  change: JobTransition | undefined,
  subject: SimExecution | undefined,
  open: readonly SimExecution[],
): readonly Draft[] {
  const running =
    change?.state === 'Running' ? [ofJob('State Update', 'Running', { NewState: 'Running' })] : [];
  switch (event.topic) {
    case 'submitted':
      return [ofJob('Submission', 'Job submitted')];
    case 'rerun':
      return [
        reopened(installation, job, event),
        ...open.map((execution) => ofExecution(execution, 'Scheduling', STOPPED_FOR_UPDATE)),
      ];
    case 'queued':
      return change === undefined ? [] : [ofJob('Queueing', stateMessage(installation, job, change))];
    case 'requested':
      return subject === undefined ? running : [...running, requested(subject)];
    case 'running': {
      const told = subject === undefined || runsEverywhere(job);
      return told ? running : [...running, ofExecution(subject, 'Execution', 'Running')];
    }
    case 'stop-requested':
      return [
        // The key is there even when nobody gave a reason.
        ofJob('Scheduling', 'Job requested to stop before completion', { Reason: stopReasonOf(event) }),
        ...open.map((execution) => ofExecution(execution, 'Scheduling', STOPPED_WITH_JOB)),
      ];
    case 'node-lost':
      return subject === undefined ? [] : [ofExecution(subject, 'Scheduling', NODE_DISAPPEARED)];
    case 'execution-ended':
      return subject === undefined ? [] : endOf(subject);
    case 'job-ended':
      return change === undefined ? [] : jobEnd(change, stateMessage(installation, job, change));
    default:
      return [];
  }
}

function reopened(installation: Installation, job: SimJob, event: SimEvent): Draft {
  const updated = installation.ledger.origin(job.id, event.version) === 'update';
  if (updated) return ofJob('Submission', 'Job updated');
  return ofJob('Submission', 'Job rerun requested', { Reason: RERUN_REASON });
}

function requested(execution: SimExecution): Draft {
  const nodeId = wireNodeId(execution.nodeId ?? '');
  return ofExecution(execution, 'Scheduling', `Requested execution on ${shortId(nodeId)}`, {
    NodeID: nodeId,
  });
}

/** Failures of the program and its time limit were seen; the other topics are those that the API names. */
const FAILURE_TOPIC = {
  oom: 'Running Execution',
  timeout: 'Running Execution',
  image: 'Preparing Environment',
  input: 'Downloading Inputs',
  output: 'Publishing Results',
  unschedulable: 'Scheduling',
} as const;

function endOf(execution: SimExecution): readonly Draft[] {
  const { outcome } = execution;
  const message = failureMessage(execution);
  // A service whose program exits has failed, and yet this is what is written down.
  const succeeded = outcome?.kind === 'success' || outcome?.kind === 'nonzero';
  if (succeeded || message === COMPLETED_UNEXPECTEDLY) {
    return [ofExecution(execution, 'Execution', 'Completed successfully')];
  }
  // The lost node and the stop have been told already, when they happened.
  if (outcome?.kind !== 'failure' || outcome.cause === 'node-lost') return [];
  const details = { IsError: 'true' };
  // Not seen: there was no docker to see it with.
  const coded = outcome.cause === 'image' ? { ...details, ErrorCode: 'Docker:ImageNotFound' } : details;
  return [ofExecution(execution, FAILURE_TOPIC[outcome.cause], message, coded)];
}

function jobEnd({ state, origin }: JobTransition, message: string): readonly Draft[] {
  if (state === 'Completed') return [ofJob('State Update', 'Completed', { NewState: 'Completed' })];
  if (state !== 'Failed') return [];
  if (origin === 'job-timeout') {
    const Hint = 'Give the task more time, or ask for more resources';
    return [ofJob('Job Timeout', message, { FailsExecution: 'true', Hint, IsError: 'true' })];
  }
  const details = shortageDetails(message);
  const isError = Object.keys(details).length > 0;
  return [ofJob('Scheduling', message, isError ? { IsError: 'true', ...details } : {})];
}
