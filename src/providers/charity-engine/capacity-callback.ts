import type { ProviderCallbackDefinition } from '../provider-callback.ts';
import type { CapacityRequested as CapacityEvent } from '../provider-event.ts';
import { basicCheck } from './basic-check.ts';
import { handleComputeLaunch, type CapacityRequested, type LaunchPolicy } from './callback.ts';
import { launchRuleSchema, type LaunchReply } from './launch-policy.ts';
import { MAX_LAUNCH_BYTES } from './launch-request.ts';
import { MemoryReplayGuard } from './replay-guard.ts';
import type { CharityEngineSettings } from './settings.ts';

/** The vendor's `compute-launch`, for the gateway's callback endpoint. */
export const capacityCallback: ProviderCallbackDefinition<CharityEngineSettings> = {
  description:
    'Charity Engine calls it (`compute-launch`) when somebody buys capacity on its marketplace that you are to launch. Register the address with the vendor.',
  answerSchema: launchRuleSchema,
  create({ provider, settings, user, password, answer }) {
    const isAuthorized = basicCheck(user, password);
    const rule = launchRuleSchema.parse(answer);
    const policy: LaunchPolicy = { provider, account: settings.account, isAuthorized, rule };
    const replays = new MemoryReplayGuard<LaunchReply>();
    return {
      maxBytes: MAX_LAUNCH_BYTES,
      admits: ({ authorization }) =>
        isAuthorized(typeof authorization === 'string' ? authorization : undefined),
      handle: (delivery) => {
        const { status, headers, body, event } = handleComputeLaunch(delivery, policy, replays);
        return {
          status,
          headers,
          body,
          refusal: status === 200 ? null : (body.error ?? 'refused'),
          event: event === null ? null : withoutRaw(event),
        };
      },
    };
  },
};

/** The entries as they were sent are not passed on: they go to logs and memory, and only what was read is bounded. */
function withoutRaw({ items, ...event }: CapacityRequested): CapacityEvent {
  return {
    ...event,
    items: items.map(({ instanceType, count, accepted }) => ({ instanceType, count, accepted })),
  };
}
