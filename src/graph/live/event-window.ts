import type { EventLog, PartitionWindow } from '../../live/event-log.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { builder } from '../builder.ts';
import { ProviderType } from '../provider.ts';
import { feedsOf } from './subscription.ts';

interface WindowPart {
  readonly provider: ProviderKey;
  readonly window: PartitionWindow | null;
}

const WindowPartType = builder.objectRef<WindowPart>('EventWindowPart').implement({
  description: 'The events of one provider that are kept.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'The provider. Null when it has been taken out of the configuration.',
      resolve: ({ provider }, _args, ctx) => ctx.read.providers.get(provider),
    }),
    events: t.int({
      description: 'How many are kept.',
      resolve: ({ window }) => (window === null ? 0 : window.lastSeq - window.firstSeq + 1),
    }),
    oldestAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the oldest was noticed: cursors from before are answered with a Gap. Null when there is none.',
      resolve: ({ window }) => window?.oldestAt ?? null,
    }),
  }),
});

const EventWindowType = builder
  .objectRef<{ readonly log: EventLog; readonly keys: readonly ProviderKey[] }>('EventWindow')
  .implement({
    description: 'How far back a subscription can be resumed.',
    fields: (t) => ({
      maxEvents: t.int({
        description: 'Events kept at most.',
        resolve: ({ log }) => log.retention.events,
      }),
      maxBytes: t.field({
        type: 'Bytes',
        description: 'Bytes kept at most.',
        resolve: ({ log }) => log.retention.bytes as never,
      }),
      providers: t.field({
        type: [WindowPartType],
        description: 'What is kept of each provider.',
        resolve: ({ log, keys }) => keys.map((provider) => ({ provider, window: log.window(provider) })),
      }),
    }),
  });

builder.queryField('eventWindow', (t) =>
  t.field({
    type: EventWindowType,
    description: 'How far back a subscription can be resumed: what part of the past is kept.',
    resolve: (_root, _args, ctx) => {
      feedsOf(ctx);
      return { log: ctx.live!.state.log, keys: ctx.read.providers.all.map(({ key }) => key) };
    },
  }),
);
