import type { DocumentNode, FieldNode } from 'graphql';
import { fieldsOn } from './selections.ts';

/** The messages of `logs`, which have a cursor each but no interface in common. */
const LOG_MESSAGES = ['LogChunk', 'LogEnded', 'LogGap', 'LogNotice'] as const;

/** What to write so that every message says what it is and where it stands; null when every one does. */
export function messageRemedy(syntax: DocumentNode, field: FieldNode): string | null {
  const set = field.selectionSet;
  const name = field.name.value;
  if (set === undefined) return null;
  const asks = (wanted: string, applies: (type: string) => boolean): boolean =>
    fieldsOn(syntax, set, applies).get(wanted)?.name.value === wanted;
  const types = name === 'logs' ? LOG_MESSAGES : (['LiveMessage'] as const);
  // Unions, and what is under no condition, are for every message.
  const on = (type: string) => (condition: string) => condition === type || condition.endsWith('Message');
  const unplaced = types.filter((type) => !asks('cursor', on(type)));
  if (unplaced.length > 0) {
    const missing = unplaced.map((type) => `\`... on ${type} { cursor }\``).join(', ');
    return `Without the cursor of every message nobody knows where to go on. Add ${missing} to \`${name}\`.`;
  }
  if (types.every((type) => asks('__typename', on(type)))) return null;
  return `Without its type a message cannot be told from a gap. Add \`__typename\` to \`${name}\`.`;
}
