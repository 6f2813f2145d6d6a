import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isObject, text } from '../wire/json.ts';
import { hideSecrets } from './constants.ts';

/** Creation fields of one kind of object that read back under their own name. */
export interface EchoedFields {
  /** Null where nothing was given. */
  readonly nullable: readonly string[];
  /** An empty value where nothing was given, as a null would crash the Python SDK. */
  readonly neverNull: Readonly<Record<string, JsonValue>>;
}

// Lists echo every object again and again, and creation fields are never changed in place.
const remembered = new WeakMap<JsonObject, JsonObject>();

/** What `fields` read back as, constants and access rights included. */
export function echoed(fields: JsonObject, wanted: EchoedFields): JsonObject {
  const known = remembered.get(fields);
  if (known !== undefined) return known;
  const echo = echoOf(fields, wanted);
  remembered.set(fields, echo);
  return echo;
}

function echoOf(fields: JsonObject, { nullable, neverNull }: EchoedFields): JsonObject {
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
