import { GridweaveError } from '../model/errors.ts';
import { expectId, type RecordKind } from '../model/ids.ts';
import type { RecordOfKind } from '../model/records.ts';
import { builder } from './builder.ts';
import { ComputeNodeConnectionType, ComputeNodeType } from './compute-node.ts';
import { PAGE_ARG_OPTIONS } from './connection.ts';
import type { GraphContext } from './context.ts';
import { ExecutionConnectionType, ExecutionType } from './execution.ts';
import {
  ComputeNodeFilterInput,
  ExecutionFilterInput,
  JobFilterInput,
  OrderInput,
  ProjectFilterInput,
  TaskFilterInput,
} from './filters.ts';
import { JobConnectionType, JobType } from './job.ts';
import { listPage } from './lists.ts';
import { findNode, NodeInterface } from './node.ts';
import { ProjectConnectionType, ProjectType } from './project.ts';
import { ProviderType } from './provider.ts';
import { TaskConnectionType, TaskType } from './task.ts';

const NEWEST_FIRST = 'In which direction; newest first when absent.';
const BY_NAME = 'In which direction; by name when absent.';
const LOOKUP = 'Null, with an error that says why, when there is none or its provider could not be read.';
const MAX_IDS = 100;

function lookup<K extends RecordKind>(kind: K, id: string, ctx: GraphContext): Promise<RecordOfKind[K]> {
  return ctx.loaders.record(kind, expectId(id, kind), `Query.${kind}`);
}

builder.queryFields((t) => ({
  providers: t.field({
    type: [ProviderType],
    description: 'All configured providers, in the operator’s order.',
    resolve: (_root, _args, ctx) => [...ctx.read.providers.all],
  }),
  provider: t.field({
    type: ProviderType,
    nullable: true,
    description: 'A provider by its key. Null when none has it.',
    args: { key: t.arg.string({ required: true, description: 'The key the operator gave it.' }) },
    resolve: (_root, args, ctx) => ctx.read.providers.get(args.key),
  }),
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description: `The object of an id, whatever its type. ${LOOKUP}`,
    args: { id: t.arg.id({ required: true, description: 'The id of any object.' }) },
    resolve: (_root, args, ctx) => findNode(args.id, ctx, 'Query.node'),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description: `The objects of several ids, in their order. ${LOOKUP}`,
    args: { ids: t.arg.idList({ required: true, description: `Up to ${String(MAX_IDS)} ids.` }) },
    resolve: (_root, args, ctx) => {
      if (args.ids.length > MAX_IDS) {
        throw new GridweaveError('INVALID_ARGUMENT', `"ids" may hold at most ${String(MAX_IDS)} ids.`, {
          field: 'ids',
        });
      }
      return args.ids.map((id) => findNode(id, ctx, 'Query.nodes'));
    },
  }),
  jobs: t.field({
    type: JobConnectionType,
    description: 'The jobs of all providers in one list.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: JobFilterInput, description: 'Which jobs.' }),
      orderBy: t.arg({ type: OrderInput, description: NEWEST_FIRST }),
    },
    resolve: (_root, args, ctx) => listPage('job', args, ctx, 'Query.jobs'),
  }),
  job: t.field({
    type: JobType,
    nullable: true,
    description: `A job by its id. ${LOOKUP}`,
    args: { id: t.arg.id({ required: true, description: 'The id of a Job.' }) },
    resolve: (_root, args, ctx) => lookup('job', args.id, ctx),
  }),
  tasks: t.field({
    type: TaskConnectionType,
    description: 'The tasks of all providers in one list.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: TaskFilterInput, description: 'Which tasks.' }),
      orderBy: t.arg({ type: OrderInput, description: NEWEST_FIRST }),
    },
    resolve: (_root, args, ctx) => listPage('task', args, ctx, 'Query.tasks'),
  }),
  task: t.field({
    type: TaskType,
    nullable: true,
    description: `A task by its id. ${LOOKUP}`,
    args: { id: t.arg.id({ required: true, description: 'The id of a Task.' }) },
    resolve: (_root, args, ctx) => lookup('task', args.id, ctx),
  }),
  executions: t.field({
    type: ExecutionConnectionType,
    description:
      'The executions of all providers in one list, ordered by the creation of their job. Where a provider has no such list it costs a call per job: prefer `Job.executions`.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: ExecutionFilterInput, description: 'Which executions.' }),
      orderBy: t.arg({ type: OrderInput, description: NEWEST_FIRST }),
    },
    resolve: (_root, args, ctx) => listPage('execution', args, ctx, 'Query.executions'),
  }),
  execution: t.field({
    type: ExecutionType,
    nullable: true,
    description: `An execution by its id. ${LOOKUP}`,
    args: { id: t.arg.id({ required: true, description: 'The id of an Execution.' }) },
    resolve: (_root, args, ctx) => lookup('execution', args.id, ctx),
  }),
  computeNodes: t.field({
    type: ComputeNodeConnectionType,
    description: 'The machines and aggregates of all providers in one list.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: ComputeNodeFilterInput, description: 'Which nodes.' }),
      orderBy: t.arg({ type: OrderInput, description: BY_NAME }),
    },
    resolve: (_root, args, ctx) => listPage('computeNode', args, ctx, 'Query.computeNodes'),
  }),
  computeNode: t.field({
    type: ComputeNodeType,
    nullable: true,
    description: `A compute node by its id. ${LOOKUP}`,
    args: { id: t.arg.id({ required: true, description: 'The id of a ComputeNode.' }) },
    resolve: (_root, args, ctx) => lookup('computeNode', args.id, ctx),
  }),
  projects: t.field({
    type: ProjectConnectionType,
    description: 'The projects of all providers in one list.',
    args: {
      first: t.arg.int(PAGE_ARG_OPTIONS.first),
      after: t.arg.string(PAGE_ARG_OPTIONS.after),
      filter: t.arg({ type: ProjectFilterInput, description: 'Which projects.' }),
      orderBy: t.arg({ type: OrderInput, description: BY_NAME }),
    },
    resolve: (_root, args, ctx) => listPage('project', args, ctx, 'Query.projects'),
  }),
  project: t.field({
    type: ProjectType,
    nullable: true,
    description: `A project by its id. ${LOOKUP}`,
    args: { id: t.arg.id({ required: true, description: 'The id of a Project.' }) },
    resolve: (_root, args, ctx) => lookup('project', args.id, ctx),
  }),
}));
