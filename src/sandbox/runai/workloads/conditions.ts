import type { JsonObject } from '../wire/json.ts';
import type { Standing } from './workload.ts';

/** What a workload's conditions say; the vocabulary is open. */
export function conditionsOf(standing: Standing, date: (ms: number) => string): readonly JsonObject[] {
  const { phase, message, since } = standing;
  const at = date(since);
  if (phase === 'Pending' && message !== '') {
    return [
      {
        type: 'PodGroupScheduled',
        status: 'False',
        reason: 'NotEnoughResources',
        message,
        lastTransitionTime: at,
      },
    ];
  }
  if (phase === 'Running') {
    return [{ type: 'Ready', status: 'True', reason: 'PodsReady', message: '', lastTransitionTime: at }];
  }
  if (phase === 'Degraded') {
    return [{ type: 'Ready', status: 'False', reason: 'PodsNotReady', message, lastTransitionTime: at }];
  }
  if (phase === 'Failed') {
    return [
      { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message, lastTransitionTime: at },
    ];
  }
  if (phase === 'Completed') {
    return [{ type: 'Complete', status: 'True', reason: 'Completed', message: '', lastTransitionTime: at }];
  }
  return [];
}
