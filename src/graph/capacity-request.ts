import type { CapacityItem, CapacityRequested } from '../providers/provider-event.ts';
import { builder } from './builder.ts';
import { ProviderType } from './provider.ts';

const CapacityRequestItemType = builder.objectRef<CapacityItem>('CapacityRequestItem').implement({
  description: 'One type of instance in a request for capacity.',
  fields: (t) => ({
    instanceType: t.exposeString('instanceType', {
      nullable: true,
      description: 'What was asked for, in the provider’s words. Null when it named no type.',
    }),
    count: t.exposeInt('count', { description: 'How many instances were asked for.' }),
    accepted: t.exposeInt('accepted', { description: 'How many of them were promised.' }),
  }),
});

const CapacityRequestType = builder.objectRef<CapacityRequested>('CapacityRequest').implement({
  description: 'Somebody bought capacity from a provider, and it asked this installation to launch it.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Tells requests apart; repeated deliveries of one are one. Not an id for `node`.',
    }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When it came in first.' }),
    durationHours: t.exposeFloat('durationHours', {
      description: 'For how long the capacity is reserved at most, in hours.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the reservation ends at the latest: `receivedAt` and `durationHours` together.',
    }),
    accepted: t.exposeInt('accepted', {
      description: 'How many instances were promised in the answer, by the configured rule.',
    }),
    items: t.field({
      type: [CapacityRequestItemType],
      description: 'What was asked for, in the order of the request.',
      resolve: (request) => [...request.items],
    }),
  }),
});

builder.objectField(ProviderType, 'capacityRequests', (t) =>
  t.field({
    type: [CapacityRequestType],
    description:
      'The newest 100 requests for capacity since the gateway started, newest first. Empty for providers without a configured `callback`, and for callers who are called for with a credential of their own: they were made to another account. Read from memory: asking costs no call.',
    resolve: ({ key, events }, _args, { read }) => {
      const isOthers = read.call.credentials?.get(key) !== undefined;
      return isOthers ? [] : events.all.filter((event) => event.type === 'capacity.requested');
    },
  }),
);
