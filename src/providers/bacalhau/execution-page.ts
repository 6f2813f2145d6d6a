import type { Direction, OrderKey } from '../../model/order.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { DroppedRows, ListRow } from '../provider.ts';
import { encodeExecutionPosition, type ExecutionPosition } from './execution-position.ts';
import type { JobExecutions } from './finished.ts';
import type { JobRow } from './job-walk.ts';

/** Gathers rows and the position that goes with each. */
export class ExecutionPage {
  readonly rows: ListRow<'execution'>[] = [];
  end: ExecutionPosition;
  dropped: DroppedRows;
  observedAt: EpochMs;
  readonly #direction: Direction;
  readonly #start: ExecutionPosition;

  constructor(direction: Direction, start: ExecutionPosition, dropped: DroppedRows, observedAt: EpochMs) {
    this.#direction = direction;
    this.#start = start;
    this.end = start;
    this.dropped = dropped;
    this.observedAt = observedAt;
  }

  add(row: JobRow, work: JobExecutions): void {
    const { within } = this.#start;
    const rest =
      within?.[0] === row.id
        ? work.records.filter((record) => this.#compare(record, within[1], within[2]) > 0)
        : [...work.records];
    rest.sort((a, b) => this.#compare(a, b.createdAt, b.key));
    for (const [i, record] of rest.entries()) {
      const position: ExecutionPosition =
        i === rest.length - 1
          ? { job: row.after, within: null }
          : { job: row.before, within: [row.id, record.createdAt, record.key] };
      this.rows.push({
        record,
        orderKey: this.#orderKey(row, record),
        position: encodeExecutionPosition(position),
      });
    }
    this.end = { job: row.after, within: null };
    this.dropped = {
      count: this.dropped.count + work.dropped.count,
      reasons: [...new Set([...this.dropped.reasons, ...work.dropped.reasons])],
    };
    this.observedAt = epochMs(Math.min(this.observedAt, work.observedAt));
  }

  stopBefore(row: JobRow): void {
    const { within } = this.#start;
    this.end = { job: row.before, within: within?.[0] === row.id ? within : null };
  }

  #compare(record: ExecutionRecord, createdAt: number, key: string): number {
    const time = record.createdAt - createdAt;
    if (time !== 0) return this.#direction === 'DESC' ? -time : time;
    if (record.key === key) return 0;
    return record.key < key ? -1 : 1;
  }

  #orderKey(row: JobRow, record: ExecutionRecord): OrderKey {
    const [first, ...tie] = row.orderKey;
    const sign = this.#direction === 'DESC' ? -1 : 1;
    return [first, ...tie, sign * record.createdAt, record.key];
  }
}
