import { GridweaveError } from '../model/errors.ts';
import { latestAttempts } from '../model/fold.ts';
import type { ExecutionRecord, JobRecord, TaskRecord } from '../model/records.ts';
import { childConnection, type ChildAnswer } from '../merge/children.ts';
import { NOTHING_DROPPED } from '../providers/reading.ts';
import { builder } from './builder.ts';
import { ComputeNodeConnectionType } from './compute-node.ts';
import { PAGE_ARG_OPTIONS } from './connection.ts';
import type { GraphContext } from './context.ts';
import { ExecutionConnectionType, ExecutionType } from './execution.ts';
import { ComputeNodeFilterInput, JobFilterInput, OrderInput, ProjectFilterInput } from './filters.ts';
import { JobConnectionType, JobType } from './job.ts';
import { listPage } from './lists.ts';
import { providerOf } from './node.ts';
import { pageArgs } from './paging.ts';
import { ProjectConnectionType, ProjectType } from './project.ts';
import { ProviderType } from './provider.ts';
import { TaskConnectionType, TaskType } from './task.ts';

// Fields that lead from one type to another. They live here because the types form a circle.

const LATEST_ONLY = 'Only the last attempt of each index.';

builder.objectFields(JobType, (t) => ({
  tasks: t.field({
    type: TaskConnectionType,
    description: 'Its tasks, oldest first.',
    args: { first: t.arg.int(PAGE_ARG_OPTIONS.first), after: t.arg.string(PAGE_ARG_OPTIONS.after) },
    resolve: async (job, args, ctx) =>
      childConnection(providerOf(job, ctx), await tasksOf(job, ctx), pageArgs(args, ctx)),
  }),
  executions: t.field({
    type: ExecutionConnectionType,
    description: 'The executions of all its tasks, oldest first.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      latestOnly: t.arg.boolean({ defaultValue: false, description: LATEST_ONLY }),
    },
    resolve: async (job, args, ctx) => {
      const answer = narrow(await executionsOfJob(job, ctx), args.latestOnly);
      return childConnection(providerOf(job, ctx), answer, pageArgs(args, ctx));
    },
  }),
}));

builder.objectFields(TaskType, (t) => ({
  job: t.field({
    type: JobType,
    nullable: true,
    description: 'The job it belongs to. Null, with an error beside it, when the job could not be read.',
    resolve: (task, _args, ctx) =>
      ctx.loaders.record('job', { provider: task.provider, key: task.jobKey }, 'Task.job'),
  }),
  executions: t.field({
    type: ExecutionConnectionType,
    description: 'Its executions, oldest first.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      latestOnly: t.arg.boolean({ defaultValue: false, description: LATEST_ONLY }),
    },
    resolve: async (task, args, ctx) => {
      const answer = narrow(await executionsOfTask(task, ctx), args.latestOnly);
      return childConnection(providerOf(task, ctx), answer, pageArgs(args, ctx));
    },
  }),
}));

builder.objectFields(ExecutionType, (t) => ({
  job: t.field({
    type: JobType,
    nullable: true,
    description: 'The job it belongs to. Null, with an error beside it, when the job could not be read.',
    resolve: (row, _args, ctx) =>
      ctx.loaders.record('job', { provider: row.provider, key: row.jobKey }, 'Execution.job'),
  }),
  task: t.field({
    type: TaskType,
    nullable: true,
    description: 'The task it runs. Null, with an error beside it, when the task could not be read.',
    resolve: (row, _args, ctx) =>
      ctx.loaders.record('task', { provider: row.provider, key: row.taskKey }, 'Execution.task'),
  }),
}));

builder.objectFields(ProjectType, (t) => ({
  parent: t.field({
    type: ProjectType,
    nullable: true,
    description: 'The project above it. Null at the top, and where the provider has no such levels.',
    resolve: (row, _args, ctx) =>
      row.parentKey === null
        ? null
        : ctx.loaders.record('project', { provider: row.provider, key: row.parentKey }, 'Project.parent'),
  }),
  jobs: t.field({
    type: JobConnectionType,
    description: 'The jobs in it, newest first. `filter.projects` and `filter.providers` are ignored here.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: JobFilterInput, description: 'Which of them.' }),
      orderBy: t.arg({ type: OrderInput, description: 'In which direction; newest first when absent.' }),
    },
    resolve: (row, args, ctx) =>
      listPage('job', args, ctx, 'Project.jobs', {
        providers: [row.provider],
        projects: [{ provider: row.provider, key: row.key }],
      }),
  }),
}));

builder.objectFields(ProviderType, (t) => ({
  jobs: t.field({
    type: JobConnectionType,
    description: 'Its jobs, newest first. `filter.providers` is ignored here.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: JobFilterInput, description: 'Which of them.' }),
      orderBy: t.arg({ type: OrderInput, description: 'In which direction; newest first when absent.' }),
    },
    resolve: (row, args, ctx) => listPage('job', args, ctx, 'Provider.jobs', { providers: [row.key] }),
  }),
  computeNodes: t.field({
    type: ComputeNodeConnectionType,
    description: 'Its compute nodes, by name. `filter.providers` is ignored here.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: ComputeNodeFilterInput, description: 'Which of them.' }),
      orderBy: t.arg({ type: OrderInput, description: 'In which direction; by name when absent.' }),
    },
    resolve: (row, args, ctx) =>
      listPage('computeNode', args, ctx, 'Provider.computeNodes', { providers: [row.key] }),
  }),
  projects: t.field({
    type: ProjectConnectionType,
    description: 'Its projects, by name. `filter.providers` is ignored here.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: ProjectFilterInput, description: 'Which of them.' }),
      orderBy: t.arg({ type: OrderInput, description: 'In which direction; by name when absent.' }),
    },
    resolve: (row, args, ctx) =>
      listPage('project', args, ctx, 'Provider.projects', { providers: [row.key] }),
  }),
}));

type TaskAnswer = ChildAnswer<TaskRecord>;
type ExecutionAnswer = ChildAnswer<ExecutionRecord>;

async function tasksOf(job: JobRecord, ctx: GraphContext): Promise<TaskAnswer> {
  const answer: TaskAnswer =
    job.tasks === null
      ? await ctx.loaders.children('tasksOfJobs', job, 'Job.tasks')
      : { records: job.tasks, dropped: NOTHING_DROPPED, observedAt: job.observedAt };
  if (!(answer instanceof GridweaveError)) ctx.loaders.prime([job, ...answer.records]);
  return answer;
}

async function executionsOfTask(task: TaskRecord, ctx: GraphContext): Promise<ExecutionAnswer> {
  if (task.executions === null) return ctx.loaders.children('executionsOfTasks', task, 'Task.executions');
  return { records: task.executions, dropped: NOTHING_DROPPED, observedAt: task.observedAt };
}

async function executionsOfJob(job: JobRecord, ctx: GraphContext): Promise<ExecutionAnswer> {
  const embedded = job.tasks?.map((task) => task.executions);
  if (embedded?.every((executions) => executions !== null) === true) {
    return { records: embedded.flat(), dropped: NOTHING_DROPPED, observedAt: job.observedAt };
  }
  return ctx.loaders.children('executionsOfJobs', job, 'Job.executions');
}

function narrow(answer: ExecutionAnswer, latestOnly: boolean | null | undefined): ExecutionAnswer {
  if (answer instanceof GridweaveError || latestOnly !== true) return answer;
  return {
    ...answer,
    records: latestAttempts(answer.records, (row) => `${row.taskKey}/${String(row.index)}`),
  };
}
