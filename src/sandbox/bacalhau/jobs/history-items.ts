/** A job's history from 1.5 on: events for people, with sequence numbers, and without execution states. */
import type { SimEvent, SimExecution, SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { shortId, wireNodeId } from '../wire/ids.ts';
import { NODE_DISAPPEARED, STOPPED_FOR_UPDATE, STOPPED_WITH_JOB } from './execution-changes.ts';
import { stopReasonOf, transitionsOf } from './transitions.ts';

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
  const stopping = new Set<string>();
  const executions = new Map(job.executions.map((execution) => [execution.id, execution]));
  const stateAt = new Map(transitionsOf(job).map((transition) => [transition.eventSeq, transition.state]));
  for (const event of job.history) {
    const subject = event.executionId === null ? undefined : executions.get(event.executionId);
    if (event.topic === 'requested' && subject !== undefined) open.set(subject.id, subject);
    // What happens to an execution that never had a node is not the orchestrator's to tell.
    if (event.executionId !== null && (subject === undefined || !open.has(subject.id))) continue;
    if (event.topic === 'stop-requested') for (const id of open.keys()) stopping.add(id);
    if (event.topic === 'running' && stopping.has(event.executionId ?? '')) continue;
    const drafts = draftsOf(installation, job, event, stateAt.get(event.seq), subject, [...open.values()]);
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
  newState: string | undefined,
  subject: SimExecution | undefined,
  open: readonly SimExecution[],
): readonly Draft[] {
  switch (event.topic) {
    case 'submitted':
      return [ofJob('Submission', 'Job submitted')];
    case 'rerun': {
      const updated = installation.ledger.origin(job.id, event.version) === 'update';
      return [
        ofJob('Submission', updated ? 'Job updated' : 'Job rerun requested'),
        ...open.map((execution) => ofExecution(execution, 'Scheduling', STOPPED_FOR_UPDATE)),
      ];
    }
    case 'queued':
      return newState === 'Queued' ? [ofJob('Queueing', `Job queued. ${event.message}`)] : [];
    case 'requested':
      return subject === undefined ? [] : [requested(subject)];
    case 'running':
      return [
        ...(newState === 'Running' ? [ofJob('State Update', 'Running', { NewState: 'Running' })] : []),
        ...(subject === undefined ? [] : [ofExecution(subject, 'Execution', 'Running')]),
      ];
    case 'stop-requested': {
      const Reason = stopReasonOf(event);
      return [
        ofJob('Scheduling', 'Job requested to stop before completion', Reason === '' ? {} : { Reason }),
        ...open.map((execution) => ofExecution(execution, 'Scheduling', STOPPED_WITH_JOB)),
      ];
    }
    case 'node-lost':
      return subject === undefined ? [] : [ofExecution(subject, 'Scheduling', NODE_DISAPPEARED)];
    case 'execution-ended':
      return subject === undefined ? [] : endOf(subject);
    case 'job-ended':
      return jobEnd(job, newState, event);
    default:
      return [];
  }
}

function requested(execution: SimExecution): Draft {
  const nodeId = wireNodeId(execution.nodeId ?? '');
  return ofExecution(execution, 'Scheduling', `Requested execution on ${shortId(nodeId)}`, {
    NodeID: nodeId,
  });
}

const FAILURE_TOPIC = {
  oom: 'Running Execution',
  timeout: 'Exec Timeout',
  image: 'Preparing Environment',
  input: 'Downloading Inputs',
  output: 'Publishing Results',
  unschedulable: 'Scheduling',
} as const;

function endOf(execution: SimExecution): readonly Draft[] {
  const { outcome } = execution;
  if (outcome?.kind === 'success' || outcome?.kind === 'nonzero') {
    return [ofExecution(execution, 'Execution', 'Completed successfully')];
  }
  // The lost node and the stop have been told already, when they happened.
  if (outcome?.kind !== 'failure' || outcome.cause === 'node-lost') return [];
  const details: Record<string, string> = { IsError: 'true', FailsExecution: 'true' };
  if (outcome.cause === 'timeout') details['Hint'] = 'Increase the task timeout or allocate more resources';
  if (outcome.cause === 'image') details['ErrorCode'] = 'Docker:ImageNotFound';
  return [ofExecution(execution, FAILURE_TOPIC[outcome.cause], outcome.message, details)];
}

function jobEnd(job: SimJob, newState: string | undefined, event: SimEvent): readonly Draft[] {
  if (newState === 'Completed') return [ofJob('State Update', 'Completed', { NewState: 'Completed' })];
  if (newState !== 'Failed') return [];
  const message = job.type === 'ops' ? 'Job failed because one or more executions failed' : event.message;
  return [ofJob('Scheduling', message, { IsError: 'true' })];
}
