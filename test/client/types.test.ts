import { describe, expectTypeOf, it } from 'vitest';
import { createLiveClient, type GapOf, type MessageOf, type TypedDocument } from '../../src/client/index.ts';
import type { GapReason, State, WatchJobsSubscription } from '../generated/graphql.ts';
import { WatchJobsDocument } from '../generated/graphql.ts';
import { ScriptedTransport } from './scripted-transport.ts';

/** Read by the compiler; what runs is nothing. */
describe('what a document says of its messages', () => {
  const client = createLiveClient({ url: '', transport: new ScriptedTransport() });
  type Message = WatchJobsSubscription['jobEvents'];

  it('types messages, gaps and variables', () => {
    expectTypeOf<MessageOf<WatchJobsSubscription>>().toEqualTypeOf<Message>();
    expectTypeOf<GapOf<Message>>().toEqualTypeOf<Extract<Message, { __typename: 'Gap' }>>();
    client
      .subscribe(
        WatchJobsDocument,
        { filter: { states: ['RUNNING'] } },
        {
          onMessage: (message) => {
            expectTypeOf(message).toEqualTypeOf<Message>();
            if ('previousState' in message) expectTypeOf(message.job.status.state).toEqualTypeOf<State>();
          },
          onGap: (gap) => expectTypeOf(gap.reason).toEqualTypeOf<GapReason>(),
        },
      )
      .stop();
    // @ts-expect-error no such state
    client.events(WatchJobsDocument, { filter: { states: ['SLEEPING'] } });
    // @ts-expect-error no such variable
    client.events(WatchJobsDocument, { before: 'c' });
    expectTypeOf(client.events(WatchJobsDocument, {})).toExtend<AsyncIterable<Message>>();
  });

  it('types the objects of a mirror by the field that holds them', () => {
    const mirror = () => client.mirror(WatchJobsDocument, {}, { object: 'job' });
    type Job = Extract<Message, { job: unknown }>['job'];
    expectTypeOf<ReturnType<typeof mirror>['objects']>().toEqualTypeOf<ReadonlyMap<string, Job>>();
    // @ts-expect-error no message has it
    void (() => client.mirror(WatchJobsDocument, {}, { object: 'task' }));
    // @ts-expect-error it is no object
    void (() => client.mirror(WatchJobsDocument, {}, { object: 'cursor' }));
  });

  it('takes strings that carry types, and documents that carry none', () => {
    class TypedString extends String {
      declare readonly __apiType?: (variables: { after?: string }) => WatchJobsSubscription;
    }
    const take = (_document: TypedDocument<WatchJobsSubscription, { after?: string }>): void => {};
    take(new TypedString('subscription …'));
    void (() =>
      client.subscribe('subscription …', { anything: 1 }, { onMessage: ({ cursor }) => void cursor }));
  });
});
