/** Reading projects and departments. */
import type { Scope } from '../installation.ts';
import type { ListFields } from '../listing/fields.ts';
import { dateField, numberField, textField } from '../listing/fields.ts';
import type { ListKind } from '../listing/list.ts';
import { countReply, listReply } from '../listing/list.ts';
import type { Call } from '../routing/call.ts';
import { choice, param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import { notFound, ok } from '../wire/replies.ts';
import type { Department, Project } from './projects.ts';
import { departmentsOf, projectsFor } from './projects.ts';
import { totalDeserved, totalUsage } from './quotas.ts';
import { averagesOf, departmentTotals, departmentView, projectView } from './view.ts';

/** `avgGpuAllocation24h` and its eight siblings. */
function averageFields<T>(
  scope: Scope,
  of: (row: T) => { readonly name: string; readonly gpus: number },
): ListFields<T> {
  const measures = ['GpuAllocation', 'GpuUtilization', 'GpuMemoryUtilization'] as const;
  const ranges = ['24h', '7d', '30d'] as const;
  const fields = measures.flatMap((measure) =>
    ranges.map((range) => {
      const value = (row: T): number | null => {
        const { name, gpus } = of(row);
        const found = averagesOf(scope, name, gpus).find((average) => average.range === range);
        return found?.[`average${measure}`] ?? null;
      };
      return [`avg${measure}${range}`, numberField(value)] as const;
    }),
  );
  return Object.fromEntries(fields);
}

function projectKind(scope: Scope): ListKind<Project> {
  const allocated = ({ name }: Project): number => totalUsage(scope, name).allocated.gpu;
  return {
    collection: 'projects',
    fields: {
      name: textField(({ name }) => name),
      clusterId: textField(() => scope.clusterId),
      departmentId: textField(({ department }) => department.id),
      parentId: textField(({ department }) => department.id),
      parentName: textField(({ department }) => department.name),
      phase: textField(({ phase }) => phase),
      totalGpuQuota: numberField((project) => totalDeserved(scope, project).gpu),
      gpuAllocated: numberField(allocated),
      createdAt: dateField(({ createdAt }) => createdAt),
      ...averageFields<Project>(scope, (project) => ({ name: project.name, gpus: allocated(project) })),
    },
    byDefault: { field: 'name', order: 'asc' },
    idOf: ({ id }) => id,
    searched: ({ name, description, department }) => [name, description, department.name],
  };
}

function departmentKind(scope: Scope): ListKind<Department> {
  const allocated = (one: Department): number => departmentTotals(one, scope).usage.allocated.gpu;
  return {
    collection: 'departments',
    fields: {
      name: textField(({ name }) => name),
      clusterId: textField(() => scope.clusterId),
      totalGpuQuota: numberField((one) => departmentTotals(one, scope).deserved.gpu),
      gpuAllocated: numberField(allocated),
      createdAt: dateField(() => scope.createdAt),
      ...averageFields<Department>(scope, (one) => ({ name: one.name, gpus: allocated(one) })),
    },
    byDefault: { field: 'name', order: 'asc' },
    idOf: ({ id }) => id,
  };
}

/** The project of the path, as far as the caller's roles reach. */
export function projectOfCall(call: Call): Project {
  const project = projectsFor(call.scope, call.identity).find(({ id }) => id === param(call, 'id'));
  if (project === undefined) throw notFound('project');
  return project;
}

function isVerbose(call: Call): boolean {
  return choice(call.query, 'verbosity', ['brief', 'meta', 'verbose']) === 'verbose';
}

const PROJECTS = '/api/v1/org-unit/projects';
const DEPARTMENTS = '/api/v1/org-unit/departments';

export const orgRoutes: RouteTable = {
  [`GET ${PROJECTS}`]: (call) =>
    listReply(call, projectKind(call.scope), projectsFor(call.scope, call.identity), (project) =>
      projectView(project, call.scope),
    ),
  [`GET ${PROJECTS}/count`]: (call) =>
    countReply(call, projectKind(call.scope), projectsFor(call.scope, call.identity)),
  [`GET ${DEPARTMENTS}`]: (call) =>
    listReply(call, departmentKind(call.scope), departmentsOf(), (one) =>
      departmentView(one, call.scope, isVerbose(call)),
    ),
  [`GET ${DEPARTMENTS}/count`]: (call) => countReply(call, departmentKind(call.scope), departmentsOf()),
};

/** Routes with an id at the end, after those with a word in its place. */
export const orgUnitRoutes: RouteTable = {
  [`GET ${PROJECTS}/{id}`]: (call) => ok(projectView(projectOfCall(call), call.scope)),
  [`GET ${DEPARTMENTS}/{id}`]: (call) => {
    const department = departmentsOf().find(({ id }) => id === param(call, 'id'));
    if (department === undefined) throw notFound('department');
    return ok(departmentView(department, call.scope, true));
  },
};
