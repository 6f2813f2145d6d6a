import type { ChangeEvent, LiveEvent, TombstoneEvent } from '../../src/live/event.ts';
import type { LogEntry, PartitionKey } from '../../src/live/event-log.ts';
import type { ReadAnswer } from '../../src/live/event-log.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { epochMs } from '../../src/model/time.ts';
import { fakeJob } from '../support/fake-provider.ts';

/** A job as it could be told: with words that a careless format would trip over. */
export function jobRecord(partition: PartitionKey, name: string): JobRecord {
  return {
    ...fakeJob(partition, `j-${name}`, 1_700_000_000_000, name),
    observedAt: epochMs(1_700_000_001_000),
  };
}

/** A change of a job that is named; the name tells events apart. */
export function change(partition: PartitionKey, name: string): ChangeEvent {
  const record = jobRecord(partition, name);
  return {
    type: 'CHANGE',
    provider: partition,
    kind: 'job',
    key: record.key,
    occurredAt: null,
    observedAt: record.observedAt,
    sourceMode: 'POLL',
    generation: 1,
    record,
    before: null,
    skipped: false,
    reopened: false,
  };
}

export function tombstone(partition: PartitionKey, name: string): TombstoneEvent {
  const { provider, kind, key, occurredAt, observedAt, sourceMode, generation, record } = change(
    partition,
    name,
  );
  return {
    type: 'TOMBSTONE',
    provider,
    kind,
    key,
    occurredAt,
    observedAt,
    sourceMode,
    generation,
    before: record,
  };
}

/** `count` changes, named by the numbers from `from` on. */
export function changes(partition: PartitionKey, count: number, from = 1): ChangeEvent[] {
  return Array.from({ length: count }, (_, index) => change(partition, String(from + index)));
}

export function nameOf(event: LiveEvent): string {
  return (event.type === 'TOMBSTONE' ? event.before : event.record).name;
}

export function namesOf(entries: readonly LogEntry[]): string[] {
  return entries.map((entry) => nameOf(entry.event));
}

/** What was read; fails for a gap. */
export function entriesOf(answer: ReadAnswer): readonly LogEntry[] {
  if (answer.outcome === 'GAP') throw new Error(`Read a gap: ${answer.reason}`);
  return answer.entries;
}

/** The numbers from one to another, as names. */
export function numbers(from: number, to: number): string[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => String(from + index));
}
