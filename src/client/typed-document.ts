/**
 * A document that names the types of its answer and of its variables, as GraphQL Code Generator's client preset makes them:
 * syntax trees (`TypedDocumentNode`) and strings (`TypedDocumentString`). Any other document or string works too, untyped.
 */
export interface TypedDocument<Data, Variables> {
  /** Never there: it carries the types. */
  readonly __apiType?: (variables: Variables) => Data;
  toString(): string;
}

/** What every message has that this client can resume after. */
export interface AnyMessage {
  readonly __typename: string;
  /** Where the message stands; null within a snapshot. */
  readonly cursor: string | null;
}

/** The messages of a subscription: what is under its only field. */
export type MessageOf<Data> = Data extends object
  ? Extract<Data[Exclude<keyof Data, '__typename'>], object>
  : AnyMessage;

/** The messages that say that something may have been missed. */
export type GapOf<Message> = Extract<Message, { readonly __typename: 'Gap' | 'LogGap' }>;

/** Fields that hold an object with an id: "job" in the messages of `jobEvents`. */
export type ObjectFieldOf<Message> = Message extends unknown
  ? {
      [Field in keyof Message]: Message[Field] extends { readonly id: string } ? Field : never;
    }[keyof Message] &
      string
  : never;

/** What such a field holds. */
export type ObjectOf<Message, Field extends string> =
  Message extends Readonly<Record<Field, infer Held extends { readonly id: string }>> ? Held : never;
