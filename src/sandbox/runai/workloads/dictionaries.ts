/** The dictionaries: types, categories and priorities that workloads refer to by name. */
import type { Scope } from '../installation.ts';
import type { RouteTable } from '../routing/router.ts';
import { uuidOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { ok } from '../wire/replies.ts';
import { categoryOf } from './kind.ts';
import type { WorkloadKind } from './kind.ts';
import { defaultPriority, PRIORITY_CLASSES } from './scheduling.ts';

const KINDS: readonly WorkloadKind[] = [
  'Training',
  'Workspace',
  'Distributed',
  'Inference',
  'DistributedInference',
];

function typeView(kind: WorkloadKind, scope: Scope): JsonObject {
  const category = categoryOf(kind);
  return {
    id: uuidOf('type', kind),
    name: kind,
    group: 'run.ai',
    categoryId: uuidOf('category', category),
    categoryName: category,
    priorityId: uuidOf('priority', defaultPriority(kind)),
    priorityName: defaultPriority(kind),
    createdAt: scope.date(scope.createdAt),
    createdBy: 'system',
  };
}

export const dictionaryRoutes: RouteTable = {
  'GET /api/v1/workload-types': ({ scope }) => ok({ types: KINDS.map((kind) => typeView(kind, scope)) }),
  'GET /api/v1/workload-categories': ({ scope }) =>
    ok({
      categories: [...new Set(KINDS.map(categoryOf))].map((name) => ({
        id: uuidOf('category', name),
        name,
        createdAt: scope.date(scope.createdAt),
        createdBy: 'system',
      })),
    }),
  'GET /api/v1/workload-priorities': ({ scope }) =>
    ok({
      priorities: PRIORITY_CLASSES.map(({ name, value }) => ({
        id: uuidOf('priority', name),
        source: 'system',
        name,
        value,
        createdAt: scope.date(scope.createdAt),
        updatedAt: scope.date(scope.createdAt),
      })),
    }),
  'GET /api/v1/org-unit/priorities': () =>
    ok({
      priorities: PRIORITY_CLASSES.map(({ name, value }) => ({ name, value, isDefault: name === 'medium' })),
    }),
};
