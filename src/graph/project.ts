import type { NativeKey } from '../model/ids.ts';
import type { AnyRecord, ProjectRecord, QuotaLine } from '../model/records.ts';
import { builder } from './builder.ts';
import type { FieldName } from './batch-trace.ts';
import type { GraphContext } from './context.ts';
import { connectionType } from './connection.ts';
import { OriginEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { RecordInterface } from './work-fields.ts';

const QuotaLineType = builder.objectRef<QuotaLine>('QuotaLine').implement({
  description: 'One limit of a project and how much of it is used.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What is limited, in the provider’s words.' }),
    limit: t.exposeFloat('limit', { nullable: true, description: 'The limit. Null when there is none.' }),
    used: t.exposeFloat('used', { nullable: true, description: 'What is used now. Null when not told.' }),
  }),
});

export const ProjectType = builder.objectRef<ProjectRecord>('Project').implement({
  description:
    'The smallest container in which a provider accounts, isolates or limits work: a Bacalhau namespace, a Qarnot project.',
  interfaces: [RecordInterface, NodeInterface],
  isTypeOf: (value) => (value as AnyRecord).kind === 'project',
  fields: (t) => ({
    origin: t.expose('origin', {
      type: OriginEnum,
      description: 'Whether the provider has it, or the gateway made it.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'For people. Null when there is none.',
    }),
    quota: t.field({
      type: [QuotaLineType],
      description: 'Its limits; empty where the provider has or tells none.',
      resolve: (row) => [...row.quota],
    }),
  }),
});

export const ProjectConnectionType = connectionType('Project', 'projects', ProjectType);

/** The project of a record; null when it is not in one, or its provider does not say. */
export function projectOf(
  record: AnyRecord & { readonly projectKey: NativeKey | null },
  ctx: GraphContext,
  field: FieldName,
): Promise<ProjectRecord> | null {
  if (record.projectKey === null) return null;
  return ctx.loaders.record('project', { provider: record.provider, key: record.projectKey }, field);
}
