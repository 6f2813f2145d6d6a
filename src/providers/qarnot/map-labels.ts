import type { Label } from '../../model/records.ts';
import { isWire, textsOf, type Wire } from '../reading.ts';

/** Labels have a key and a value; tags are labels without a value. Jobs have only tags. */
export function labelsOf(wire: Wire): Label[] {
  const labels = isWire(wire['labels']) ? Object.entries(wire['labels']) : [];
  return [
    ...labels
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([key, value]) => ({ key, value })),
    ...textsOf(wire['tags']).map((tag) => ({ key: tag, value: null })),
  ];
}
