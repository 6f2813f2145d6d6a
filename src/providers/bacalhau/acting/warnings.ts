import { redactText } from '../../../upstream/redact.ts';
import { textsOf } from '../../reading.ts';
import { scrubValues } from '../../scrub.ts';

const MAX_WARNINGS = 20;
const MAX_LENGTH = 500;

/** `Warnings` of an answer (null when there are none): one line each, without what was sent in `env`. */
export function warningsOf(value: unknown, hidden: readonly string[]): string[] {
  return textsOf(value)
    .slice(0, MAX_WARNINGS)
    .map((text) =>
      redactText(scrubValues(text, hidden))
        .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
        .trim(),
    )
    .filter((text) => text !== '')
    .map((text) => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text));
}
