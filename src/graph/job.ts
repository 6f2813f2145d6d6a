import type { AnyRecord, JobRecord } from '../model/records.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { JobKindEnum, OriginEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { ProjectType, projectOf } from './project.ts';
import { LabelType } from './status.ts';
import { RecordInterface, WorkInterface } from './work-fields.ts';

export const JobType = builder.objectRef<JobRecord>('Job').implement({
  description: 'What a user submits, names, watches and stops as a whole. It owns one or more tasks.',
  interfaces: [WorkInterface, RecordInterface, NodeInterface],
  isTypeOf: (value) => (value as AnyRecord).kind === 'job',
  fields: (t) => ({
    kind: t.expose('jobKind', { type: JobKindEnum, description: 'How it lives.' }),
    origin: t.expose('origin', {
      type: OriginEnum,
      description: 'Whether the provider has it, or only its task.',
    }),
    project: t.field({
      type: ProjectType,
      nullable: true,
      description: 'The project it is in. Null when its provider does not say.',
      resolve: (row, _args, ctx) => projectOf(row, ctx, 'Job.project'),
    }),
    labels: t.field({
      type: [LabelType],
      description: 'Its labels and tags.',
      resolve: (row) => [...row.labels],
    }),
    priority: t.exposeInt('priority', {
      nullable: true,
      description: 'Higher goes first. Null where the provider has no priorities.',
    }),
  }),
});

export const JobConnectionType = connectionType('Job', 'jobs', JobType);
