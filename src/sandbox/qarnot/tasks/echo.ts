import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isObject, text } from '../wire/json.ts';
import { hideSecrets } from './constants.ts';

/** Parts of the creation fields that read back under their own name. */
export function echoed(
  fields: JsonObject,
  nullable: readonly string[],
  neverNull: Readonly<Record<string, JsonValue>>,
): JsonObject {
  return {
    ...Object.fromEntries(nullable.map((key) => [key, fields[key] ?? null])),
    ...Object.fromEntries(Object.entries(neverNull).map(([key, empty]) => [key, fields[key] ?? empty])),
    constants: hideSecrets(fields['constants']),
    secretsAccessRights: secretsAccess(fields['secretsAccessRights']),
    schedulingType: schedulingWord(fields['schedulingType']),
    // Absent unless given: Python walks the list without looking, and older answers do not have it.
    ...(fields['forcedNetworkRules'] === undefined || fields['forcedNetworkRules'] === null
      ? {}
      : { forcedNetworkRules: fields['forcedNetworkRules'] }),
  };
}

function secretsAccess(value: JsonValue | undefined): JsonObject {
  const given = isObject(value) ? value : {};
  return { bySecret: given['bySecret'] ?? [], byPrefix: given['byPrefix'] ?? [] };
}

/** True enums read back in camelCase, however they were sent. */
function schedulingWord(value: JsonValue | undefined): string {
  const asked = (text(value) ?? '').toLowerCase();
  return ['onDemand', 'reserved'].find((word) => word.toLowerCase() === asked) ?? 'flex';
}
