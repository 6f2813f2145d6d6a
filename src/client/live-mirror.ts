import type { LiveDocument } from './live-document.ts';
import { LiveError } from './live-error.ts';
import type { LiveHandlers, Subscription } from './live-handlers.ts';
import { LiveStore } from './live-store.ts';
import { fieldsOn } from './selections.ts';
import type { ObjectOf } from './typed-document.ts';

export interface MirrorOptions<Message, Field extends string> extends Omit<
  LiveHandlers<Message>,
  'onMessage'
> {
  /** The field that holds the object in its messages: "job" for `jobEvents`. */
  readonly object: Field;
  /** The state is another one. Not called within a snapshot, which would show half of it. */
  readonly onChange?: ((objects: ReadonlyMap<string, ObjectOf<Message, Field>>) => void) | undefined;
}

/** State that is kept up to date. */
export interface LiveMirror<T> extends Subscription {
  /** By id, in no particular order. The same map all the time. */
  readonly objects: ReadonlyMap<string, T>;
  /** False before the first snapshot has been read to its end, and after a Gap until the next has. */
  readonly complete: boolean;
}

/** Opens a subscription whose messages are kept as state. */
export function openMirror<Message extends object, Field extends string>(
  options: MirrorOptions<Message, Field>,
  open: (handlers: LiveHandlers<Message>) => Subscription,
): LiveMirror<ObjectOf<Message, Field>> {
  const { object, onChange, ...handlers } = options;
  const store = new LiveStore<ObjectOf<Message, Field>>(object);
  let withinSnapshot = false;
  const subscription = open({
    ...handlers,
    onRestart: (reason) => {
      store.restart();
      handlers.onRestart?.(reason);
    },
    onMessage: (message) => {
      store.apply(message);
      const { __typename: type } = message as { readonly __typename?: string };
      withinSnapshot = type?.endsWith('Snapshot') === true;
      if (!withinSnapshot && type !== 'Bookmark') onChange?.(store.objects);
    },
  });
  return {
    objects: store.objects,
    get complete() {
      return store.complete;
    },
    get cursor() {
      return subscription.cursor;
    },
    get ended() {
      return subscription.ended;
    },
    stop: () => subscription.stop(),
  };
}

/** Throws unless the document asks for all that state is made of: a rare message without its object would be missed. */
export function checkMirrored(document: LiveDocument, object: string): void {
  const prefix = object.charAt(0).toUpperCase() + object.slice(1);
  const needs: readonly (readonly [type: string, fields: readonly string[], interfaces: RegExp])[] = [
    [`${prefix}Snapshot`, [object], /^LiveMessage$/],
    [`${prefix}Change`, [object, 'matches'], /^Live(?:Message|Event)$/],
    [`${prefix}Correction`, [object, 'matches'], /^Live(?:Message|Event)$/],
    [`${prefix}Tombstone`, ['id'], /^Live(?:Message|Event)$/],
  ];
  const { syntax, field } = document;
  const set = field.selectionSet;
  if (set === undefined) return;
  const missing = needs.flatMap(([type, wanted, interfaces]) => {
    const asked = fieldsOn(
      syntax,
      set,
      (condition) => condition === type || condition === `${prefix}Message` || interfaces.test(condition),
    );
    return wanted
      .filter((name) => asked.get(name)?.name.value !== name)
      .map((name) => remedy(type, name, object));
  });
  if (missing.length === 0) return;
  const message = `State cannot be kept from this document: messages would come without what changed. Add ${missing.join(', ')} to \`${document.fieldName}\`.`;
  throw new LiveError('DOCUMENT', message);
}

function remedy(type: string, name: string, object: string): string {
  return `\`... on ${type} { ${name === object ? `${name} { id … }` : name} }\``;
}
