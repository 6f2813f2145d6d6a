import { GridweaveError } from '../../model/errors.ts';
import { expectId } from '../../model/ids.ts';
import type { PlannedPlacement } from '../../act/placement.ts';
import type { Provider } from '../../providers/registry.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { ProviderType } from '../provider.ts';
import { ProviderExtensionsInput, toExtension } from './extensions.ts';
import { TaskSpecInput, toJobSpec } from './spec-input.ts';
import { ActErrorUnion, userErrorOf } from './user-error.ts';
import { FieldVerdictType } from './verdict.ts';

const PlacementOptionType = builder.objectRef<PlannedPlacement>('PlacementOption').implement({
  description: 'What one provider would do with a specification.',
  fields: (t) => ({
    provider: t.expose('provider', { type: ProviderType, description: 'The provider.' }),
    accepted: t.exposeBoolean('accepted', {
      description: 'Whether it could be submitted there as it is. Capacity and quota are not looked at.',
    }),
    verdicts: t.field({
      type: [FieldVerdictType],
      description: 'What becomes of each given field.',
      resolve: ({ verdicts }) => [...verdicts],
    }),
    notes: t.stringList({ description: 'What else is to be known.', resolve: ({ notes }) => [...notes] }),
    errors: t.field({
      type: [ActErrorUnion],
      description: 'What speaks against it. Empty when it is accepted.',
      resolve: ({ refusals }) => refusals.map(userErrorOf),
    }),
  }),
});

const PlacementPlanType = builder
  .objectRef<{ readonly options: readonly PlannedPlacement[] }>('PlacementPlan')
  .implement({
    description: 'What several providers would do with one specification, side by side.',
    fields: (t) => ({
      options: t.field({
        type: [PlacementOptionType],
        description: 'One for each candidate, in their order.',
        resolve: ({ options }) => [...options],
      }),
    }),
  });

builder.queryField('plan', (t) =>
  t.field({
    type: PlacementPlanType,
    description:
      'Says for several providers what each would honour, translate, ignore or refuse of a specification. Nothing is sent, and no provider is called.',
    args: {
      spec: t.arg({ type: TaskSpecInput, required: true, description: 'What would be run.' }),
      candidates: t.arg.idList({ description: 'Ids of Providers. Absent: all that take submissions.' }),
      projects: t.arg.idList({
        description: 'Ids of Projects to run in, at most one for each provider. Absent: their defaults.',
      }),
      extensions: t.arg({
        type: [ProviderExtensionsInput],
        description: 'What kinds of provider alone know, at most one for each kind.',
      }),
    },
    resolve: (_root, args, ctx) => {
      const extensions = (args.extensions ?? []).map(toExtension).filter((given) => given !== null);
      const providers = candidatesOf(args.candidates, ctx);
      const given = { extensions, projectIds: args.projects ?? [] };
      return { options: ctx.act.plan(toJobSpec(args.spec), providers, given, ctx.caller) };
    },
  }),
);

function candidatesOf(ids: readonly string[] | null | undefined, ctx: GraphContext): Provider[] {
  const { all } = ctx.read.providers;
  if (ids == null) return all.filter(({ adapter }) => (adapter.acting?.submission ?? null) !== null);
  return ids.map((id) => {
    const provider = ctx.read.providers.get(expectId(id, 'provider', 'candidates').provider);
    if (provider === null) {
      throw new GridweaveError('NOT_FOUND', 'No provider with this id is configured.', {
        field: 'candidates',
      });
    }
    return provider;
  });
}
