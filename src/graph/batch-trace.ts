import { trace, type Context, type Link, type Span } from '@opentelemetry/api';
import type { ReadContext } from '../merge/context.ts';

/** A field, as schema coordinates: "Job.executions". */
export type FieldName = string;

interface Asked {
  readonly since: number;
  count: number;
}

/**
 * The fields that wait for the next batch of one loader, and the spans that tell of it: one for each field that asked, one
 * for the batch, linked to all of them. Calls to providers are part of the batch. Only used where the operation is traced.
 */
export class BatchTrace {
  #asked = new Map<FieldName, Asked>();

  ask(field: FieldName): void {
    const known = this.#asked.get(field);
    if (known === undefined) this.#asked.set(field, { since: Date.now(), count: 1 });
    else known.count += 1;
  }

  /** Runs one batch as a span of its own. */
  run<T>(name: string, size: number, read: ReadContext, work: (read: ReadContext) => Promise<T>): Promise<T> {
    const parent = read.call.trace;
    if (parent === undefined) return work(read);
    const asked = this.#asked;
    this.#asked = new Map();
    const fields = [...asked].map(([field, asking]) => fieldSpan(field, asking, parent));
    const links = fields.map((span): Link => ({ context: span.spanContext() }));
    const attributes = { 'gridweave.batch.size': size, 'gridweave.batch.fields': [...asked.keys()] };
    const span = tracer().startSpan(`load ${name}`, { links, attributes }, parent);
    return within(span, parent, read, work).finally(() => {
      for (const field of fields) field.end();
    });
  }
}

/** Runs the reading of a list as a span of its own, named after the field that asks. */
export function traceList<T>(
  field: FieldName,
  read: ReadContext,
  work: (read: ReadContext) => Promise<T>,
): Promise<T> {
  const parent = read.call.trace;
  if (parent === undefined) return work(read);
  return within(tracer().startSpan(field, fieldAttributes(field, 1), parent), parent, read, work);
}

async function within<T>(
  span: Span,
  parent: Context,
  read: ReadContext,
  work: (read: ReadContext) => Promise<T>,
): Promise<T> {
  try {
    return await work({ ...read, call: { ...read.call, trace: trace.setSpan(parent, span) } });
  } finally {
    span.end();
  }
}

function fieldSpan(field: FieldName, { since, count }: Asked, parent: Context): Span {
  return tracer().startSpan(field, { ...fieldAttributes(field, count), startTime: since }, parent);
}

function fieldAttributes(field: FieldName, count: number) {
  return { attributes: { 'gridweave.field': field, 'gridweave.field.count': count } };
}

function tracer() {
  return trace.getTracer('gridweave');
}
