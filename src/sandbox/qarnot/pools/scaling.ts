import type { JsonObject, JsonValue } from '../wire/json.ts';
import { integer, isArray, isObject, text, textList } from '../wire/json.ts';
import { parseTimeSpan } from '../wire/scalars.ts';

const POLICY_TYPES = ['ManagedTasksQueue', 'Fixed'];
const PERIOD_TYPES = ['Weekly', 'Always'];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const DAY_MS = 86_400_000;

function policiesOf(scaling: JsonValue | undefined): readonly JsonObject[] {
  return isObject(scaling) && isArray(scaling['policies']) ? scaling['policies'].filter(isObject) : [];
}

function isActive(period: JsonValue, now: number): boolean {
  if (!isObject(period)) return false;
  if (period['type'] === 'Always') return true;
  const date = new Date(now);
  const today = DAYS[date.getUTCDay()];
  const onDay = textList(period['days']).some((day) => day.toLowerCase() === today);
  const timeMs = now % DAY_MS;
  const from = parseTimeSpan(text(period['startTimeUtc']) ?? '') ?? 0;
  const to = parseTimeSpan(text(period['endTimeUtc']) ?? '') ?? DAY_MS;
  return onDay && timeMs >= from && timeMs <= to;
}

/** The first policy with a period that covers `now`, by UTC; one without periods always does. */
export function activePolicy(scaling: JsonValue | undefined, now: number): JsonObject | null {
  const active = policiesOf(scaling).find(({ enabledPeriods }) => {
    const periods = isArray(enabledPeriods) ? enabledPeriods : [];
    return periods.length === 0 || periods.some((period) => isActive(period, now));
  });
  return active ?? null;
}

/** `scaling` as it is read: the policies, and which one rules now. Null when the pool does not scale. */
export function scalingView(scaling: JsonValue | undefined, now: number): JsonObject | null {
  if (!isObject(scaling)) return null;
  const policies = policiesOf(scaling);
  return { policies, activePolicyName: text(activePolicy(scaling, now)?.['name']) };
}

/** How many slots a pool wants: what its policy, its elasticity or its fixed size asks for. */
export function wantedSlots(fields: JsonObject, busyOrQueued: number, now: number): number {
  const policy = activePolicy(fields['scaling'], now);
  if (policy?.['type'] === 'Fixed') return integer(policy['slotsCount']) ?? 0;
  const elastic = isObject(fields['elasticProperty']) ? fields['elasticProperty'] : {};
  const bounds = policy ?? (elastic['isElastic'] === true ? elastic : null);
  if (bounds === null) return integer(fields['instanceCount']) ?? 0;
  const least = integer(bounds['minTotalSlots']) ?? 0;
  const most = integer(bounds['maxTotalSlots']) ?? Infinity;
  return Math.min(most, Math.max(least, busyOrQueued + (integer(bounds['minIdleSlots']) ?? 0)));
}

/** What the official Node SDK's own tests expect the service to say of a policy it cannot read. */
const UNREADABLE = 'The input was not valid.';

function isReadable(policy: JsonValue): policy is JsonObject {
  if (!isObject(policy) || !POLICY_TYPES.includes(text(policy['type']) ?? '')) return false;
  const periods = isArray(policy['enabledPeriods']) ? policy['enabledPeriods'] : [];
  return periods.every((item) => isObject(item) && PERIOD_TYPES.includes(text(item['type']) ?? ''));
}

/** What is wrong with a scaling request, by field; empty when it is sound. */
export function scalingProblems(scaling: JsonValue | undefined): Record<string, string> {
  if (!isObject(scaling) || !isArray(scaling['policies'])) {
    return { policies: 'A list of policies is required.' };
  }
  const problems: Record<string, string> = {};
  for (const [index, policy] of scaling['policies'].entries()) {
    const at = `policies[${String(index)}]`;
    if (!isReadable(policy)) {
      problems[at] = UNREADABLE;
      continue;
    }
    const most = integer(policy['maxTotalSlots']);
    if (most !== null && most < (integer(policy['minTotalSlots']) ?? 0)) {
      problems[`${at}.maxTotalSlots`] = 'Must not be below minTotalSlots.';
    }
  }
  return problems;
}
