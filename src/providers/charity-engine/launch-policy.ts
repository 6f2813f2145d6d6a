import { z } from 'zod';
import type { LaunchRequest } from './launch-request.ts';

/** How a request for capacity is answered. */
export const launchRuleSchema = z
  .discriminatedUnion('mode', [
    z.strictObject({
      mode: z.literal('reject').describe('Nothing is launched; the request is only told to subscribers.'),
    }),
    z.strictObject({
      mode: z.literal('accept').describe('Instances are promised, up to a number in each request.'),
      maxInstances: z.int().min(1).max(100_000).describe('Instances promised in one request at most.'),
      maxHours: z
        .number()
        .gt(0)
        .max(8_784)
        .optional()
        .describe('Requests for a longer time are rejected as a whole. When absent: any time.'),
      instanceTypes: z
        .array(z.string().min(1).max(200))
        .min(1)
        .max(100)
        .optional()
        .describe('The only types that are promised, such as "C.2x4". When absent: all.'),
    }),
  ])
  .prefault({ mode: 'reject' });

export type LaunchRule = z.output<typeof launchRuleSchema>;

/** What the vendor is answered. Its documentation names these two members and no others. */
export interface LaunchReply {
  /** Instances that are launched. */
  readonly count: number;
  /** Why there are fewer than were asked for; absent when there are not. */
  readonly error?: string;
}

export interface Decision {
  readonly reply: LaunchReply;
  /** How many of each item were accepted, in the order of the request. */
  readonly accepted: readonly number[];
}

/** Decides on one request by itself: what was promised before is not counted. */
export function decide(request: LaunchRequest, rule: LaunchRule): Decision {
  const none = (error: string): Decision => ({
    reply: { count: 0, error },
    accepted: request.items.map(() => 0),
  });
  if (rule.mode === 'reject') return none('no capacity handler configured');
  if (rule.maxHours !== undefined && request.durationHours > rule.maxHours) {
    return none(`at most ${String(rule.maxHours)} hours are offered`);
  }
  let left = rule.maxInstances;
  const accepted = request.items.map(({ instanceType, count }) => {
    const offered =
      rule.instanceTypes === undefined ||
      (instanceType !== null && rule.instanceTypes.includes(instanceType));
    const taken = offered ? Math.min(count, left) : 0;
    left -= taken;
    return taken;
  });
  const asked = request.items.reduce((sum, { count }) => sum + count, 0);
  const count = rule.maxInstances - left;
  if (count === asked) return { reply: { count }, accepted };
  return { reply: { count, error: `${String(count)} of ${String(asked)} instances are offered` }, accepted };
}
