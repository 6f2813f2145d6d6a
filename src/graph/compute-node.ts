import type { AnyRecord, ComputeNodeRecord, Gpu } from '../model/records.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { ComputeNodeKindEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { ProjectType, projectOf } from './project.ts';
import { ComputeNodeStatusType, LabelType, ResourcesType } from './status.ts';
import { RecordInterface } from './work-fields.ts';

const GpuType = builder.objectRef<Gpu>('Gpu').implement({
  description: 'A graphics processor, or another accelerator, of a node.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its number on the node, from 0.' }),
    model: t.exposeString('model', { description: 'Its model, as the provider spells it.' }),
    vendor: t.exposeString('vendor', { nullable: true, description: 'Its maker. Null when not told.' }),
    memoryBytes: t.expose('memoryBytes', {
      type: 'Bytes',
      nullable: true,
      description: 'Its own memory in bytes. Null when not told.',
    }),
  }),
});

const NodeResourcesType = builder.objectRef<ComputeNodeRecord>('ComputeNodeResources').implement({
  description: 'What a node has, what of it is taken, and what is free. They may be a heartbeat old.',
  fields: (t) => ({
    capacity: t.expose('capacity', { type: ResourcesType, description: 'What it offers to work.' }),
    allocated: t.expose('allocated', { type: ResourcesType, description: 'What is taken now.' }),
    available: t.expose('available', { type: ResourcesType, description: 'What is free now.' }),
  }),
});

export const ComputeNodeType = builder.objectRef<ComputeNodeRecord>('ComputeNode').implement({
  description: 'A machine, or an aggregate of machines, that a provider lets us observe.',
  interfaces: [RecordInterface, NodeInterface],
  isTypeOf: (value) => (value as AnyRecord).kind === 'computeNode',
  fields: (t) => ({
    kind: t.expose('nodeKind', { type: ComputeNodeKindEnum, description: 'What it stands for.' }),
    project: t.field({
      type: ProjectType,
      nullable: true,
      description: 'The project it belongs to. Null when it serves all, or the provider does not say.',
      resolve: (row, _args, ctx) => projectOf(row, ctx, 'ComputeNode.project'),
    }),
    status: t.field({
      type: ComputeNodeStatusType,
      description: 'Whether it takes work.',
      resolve: (row) => row,
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it came into being. Null where the provider does not tell.',
    }),
    resources: t.field({ type: NodeResourcesType, description: 'What it has.', resolve: (row) => row }),
    cpuModel: t.exposeString('cpuModel', {
      nullable: true,
      description: 'Its processor. Null when not told.',
    }),
    gpus: t.field({
      type: [GpuType],
      description: 'Its accelerators, as far as the provider lists them one by one.',
      resolve: (row) => [...row.gpus],
    }),
    labels: t.field({ type: [LabelType], description: 'Its labels.', resolve: (row) => [...row.labels] }),
    runningExecutions: t.exposeInt('runningExecutions', {
      nullable: true,
      description: 'How many executions run on it. Null when not told.',
    }),
    queuedExecutions: t.exposeInt('queuedExecutions', {
      nullable: true,
      description: 'How many executions wait on it. Null when not told.',
    }),
  }),
});

// A slot and its aggregate are of one type, so the field is added when the type exists.
builder.objectField(ComputeNodeType, 'parent', (t) =>
  t.field({
    type: ComputeNodeType,
    nullable: true,
    description: 'The aggregate that a slot belongs to. Null for everything else.',
    resolve: (row, _args, ctx) =>
      row.parentKey === null
        ? null
        : ctx.loaders.record(
            'computeNode',
            { provider: row.provider, key: row.parentKey },
            'ComputeNode.parent',
          ),
  }),
);

export const ComputeNodeConnectionType = connectionType('ComputeNode', 'compute nodes', ComputeNodeType);
