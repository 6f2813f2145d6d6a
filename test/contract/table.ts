import type { Topic } from './case.ts';
import { callers } from './cases/callers.ts';
import { calls } from './cases/calls.ts';
import { capabilities } from './cases/capabilities.ts';
import { changes } from './cases/changes.ts';
import { children } from './cases/children.ts';
import { failures } from './cases/failures.ts';
import { filters } from './cases/filters.ts';
import { hostileKeys } from './cases/hostile-keys.ts';
import { imports } from './cases/imports.ts';
import { listing } from './cases/listing.ts';
import { logs } from './cases/logs.ts';
import { lookup } from './cases/lookup.ts';
import { matrix } from './cases/matrix.ts';
import { oddRows } from './cases/odd-rows.ts';
import { probing } from './cases/probing.ts';
import { records } from './cases/records.ts';
import { secrets } from './cases/secrets.ts';
import { transitions } from './cases/transitions.ts';
import { walking } from './cases/walking.ts';

/** Every case that every adapter must pass, by topic. */
export const TABLE: readonly Topic[] = [
  capabilities,
  matrix,
  probing,
  listing,
  walking,
  filters,
  lookup,
  hostileKeys,
  children,
  records,
  transitions,
  logs,
  changes,
  imports,
  calls,
  callers,
  failures,
  oddRows,
  secrets,
];
