import type { NativeKey } from '../../model/ids.ts';
import type { EpochMs } from '../../model/time.ts';
import type { FilterName, ListFilter } from '../provider.ts';
import { all, nameBeginsWith, oneOf, type NativeFilter } from './filter.ts';
import { EVERYTHING, secondOf, type Span } from './keyset.ts';
import type { NativeRow } from './wire.ts';
import { textOf } from '../reading.ts';
import { taskWordsFor } from './words.ts';

/** Which part of a filter the service applies, and how. */
export interface Pushdown {
  /** Seconds of creation to read: the asked span rounded outward; null when the filter allows none. */
  readonly span: Span;
  readonly filter: NativeFilter | null;
  /** Applied exactly: by the service, and once more by `test` where the service is coarser. */
  readonly names: readonly FilterName[];
  readonly test: (row: NativeRow) => boolean;
  /** Nothing can match: not worth a call. */
  readonly impossible: boolean;
}

/** What can be pushed down for tasks; `projects` only with the default project known, since rows of it may name none. */
export function taskPushdown(filter: ListFilter, defaultProject: NativeKey | null): Pushdown {
  const native: NativeFilter[] = [];
  const names: FilterName[] = [];
  let impossible = false;
  const words = filter.states === undefined ? null : taskWordsFor(filter.states);
  if (words !== null) {
    native.push(oneOf('State', words));
    names.push('states');
    impossible ||= words.length === 0;
  }
  const { projects } = filter;
  if (projects !== undefined && defaultProject !== null && !projects.includes(defaultProject)) {
    native.push(oneOf('ProjectUuid', projects));
    names.push('projects');
    impossible ||= projects.length === 0;
  }
  const common = commonPushdown(filter);
  return {
    ...common,
    filter: all([...native, ...(common.filter === null ? [] : [common.filter])]),
    names: [...names, ...common.names],
    impossible: impossible || common.impossible,
  };
}

/** What can be pushed down for tasks and jobs alike: the name and the time of creation. */
export function commonPushdown(
  filter: Pick<ListFilter, 'namePrefix' | 'createdFrom' | 'createdBefore'>,
): Pushdown {
  const { namePrefix, createdFrom, createdBefore } = filter;
  const name = namePrefix === undefined ? null : nameBeginsWith(namePrefix);
  const span: Span = {
    ...EVERYTHING,
    ...(createdFrom === undefined ? {} : { from: secondOf(inRange(createdFrom)) }),
    ...(createdBefore === undefined ? {} : { before: secondOf(inRange(createdBefore) + 999) }),
  };
  const names: FilterName[] = [];
  if (name !== null) names.push('namePrefix');
  if (createdFrom !== undefined) names.push('createdFrom');
  if (createdBefore !== undefined) names.push('createdBefore');
  return {
    span,
    filter: name,
    names,
    impossible: span.from !== null && span.before !== null && span.from >= span.before,
    test: (row) =>
      (name === null || nameOf(row).startsWith(namePrefix ?? '')) &&
      (createdFrom === undefined || row.createdAt >= createdFrom) &&
      (createdBefore === undefined || row.createdAt < createdBefore),
  };
}

function nameOf(row: NativeRow): string {
  return textOf(row.wire['name']) ?? '';
}

/** Bounds that the service can parse; nothing lies outside them. */
function inRange(time: EpochMs): number {
  return Math.min(Math.max(time, 0), Date.UTC(9999, 11, 31));
}
