import type { ComputeNodeRecord, ExecutionRecord, JobRecord } from '../../model/records.ts';
import type { ChangeBatch } from '../provider.ts';

const MAX_REASONS = 8;

/** Collects what one batch holds, each object once. */
export class ChangeCollector {
  readonly jobs = new Map<string, JobRecord>();
  readonly executions: ExecutionRecord[] = [];
  computeNodes: ComputeNodeRecord[] = [];
  complete: boolean;
  readonly #reasons = new Set<string>();
  #dropped = 0;

  constructor(complete: boolean) {
    this.complete = complete;
  }

  drop({ count, reasons }: ChangeBatch['dropped']): void {
    if (count === 0) return;
    this.complete = false;
    this.#dropped += count;
    for (const reason of reasons) if (this.#reasons.size < MAX_REASONS) this.#reasons.add(reason);
  }

  finish(watermark: bigint): ChangeBatch {
    const jobs = [...this.jobs.values()];
    return {
      jobs,
      tasks: jobs.flatMap((job) => job.tasks ?? []),
      executions: this.executions,
      computeNodes: this.computeNodes,
      watermark: watermark.toString(),
      complete: this.complete,
      dropped: { count: this.#dropped, reasons: [...this.#reasons] },
    };
  }
}
