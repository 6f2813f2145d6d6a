import type { AnyRecord, TaskRecord } from '../model/records.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { NodeInterface } from './node.ts';
import { ProjectType, projectOf } from './project.ts';
import { LabelType, ResourcesType } from './status.ts';
import { RecordInterface, WorkInterface } from './work-fields.ts';

export const TaskType = builder.objectRef<TaskRecord>('Task').implement({
  description: 'One specification inside a job, run with one or more indexes.',
  interfaces: [WorkInterface, RecordInterface, NodeInterface],
  isTypeOf: (value) => (value as AnyRecord).kind === 'task',
  fields: (t) => ({
    project: t.field({
      type: ProjectType,
      nullable: true,
      description: 'The project it is in. Null when its provider does not say.',
      resolve: (row, _args, ctx) => projectOf(row, ctx, 'Task.project'),
    }),
    count: t.exposeInt('count', {
      nullable: true,
      description: 'How many indexes it runs. Null when every fitting machine runs one.',
    }),
    engine: t.exposeString('engine', {
      nullable: true,
      description: 'What runs it: "docker", "wasm", a Qarnot profile. Null when not told.',
    }),
    image: t.exposeString('image', {
      nullable: true,
      description: 'Its container image or module. Null when it has none.',
    }),
    command: t.stringList({
      description: 'What is run, word by word; empty when the image decides.',
      resolve: (row) => [...row.command],
    }),
    environmentNames: t.stringList({
      description: 'Names of its environment variables. Values are never shown: they may be secrets.',
      resolve: (row) => [...row.environmentNames],
    }),
    resources: t.expose('resources', { type: ResourcesType, description: 'What one execution asks for.' }),
    timeoutMs: t.expose('timeoutMs', {
      type: 'DurationMs',
      nullable: true,
      description: 'How long one execution may run. Null when unlimited, or not told.',
    }),
    labels: t.field({
      type: [LabelType],
      description: 'Its labels and tags.',
      resolve: (row) => [...row.labels],
    }),
  }),
});

export const TaskConnectionType = connectionType('Task', 'tasks', TaskType);
