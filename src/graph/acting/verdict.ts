import type { FieldVerdict, Verdict } from '../../model/actions.ts';
import { builder } from '../builder.ts';

const VerdictEnum = builder.enumType('Verdict', {
  description: 'What becomes of a field at a provider.',
  values: {
    HONOURED: { description: 'Done as asked.' },
    TRANSLATED: { description: 'Done by other means, or rounded; `reason` says how.' },
    IGNORED: { description: 'Has no effect there; the work runs without it.' },
    REFUSED: { description: 'Cannot be done there, and nothing is sent.' },
  } satisfies Record<Verdict, { description: string }>,
});

export const FieldVerdictType = builder.objectRef<FieldVerdict>('FieldVerdict').implement({
  description: 'What becomes of one given field at a provider.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The field, from the input object on: ["spec", "resources", "gpuMillis"].',
      resolve: ({ path }) => path.map(String),
    }),
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'What becomes of it.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'How it is translated, why it is ignored or refused. Null when it is honoured.',
    }),
  }),
});
