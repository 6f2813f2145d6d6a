/** Loaded before the program: writes every span, as a line of JSON, to the file that SPANS names, as an SDK of the operator's would. */
import { appendFileSync } from 'node:fs';
import { createTraceState, propagation, trace, type Context, type TextMapGetter } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';

const file = process.env['SPANS'] ?? '';

trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({
        export: (spans, done) => {
          for (const span of spans) appendFileSync(file, `${JSON.stringify(told(span))}\n`);
          done({ code: 0 });
        },
        shutdown: () => Promise.resolve(),
      }),
    ],
  }),
);

/** Everything of a span that an exporter sends. What the caller said of its own trace (`tracestate`) is the caller's. */
function told({ name, kind, attributes, events, status, links, resource }: ReadableSpan): object {
  return { name, kind, attributes, events, status, links: links.map((link) => link.attributes), resource: resource.attributes }; // prettier-ignore
}

propagation.setGlobalPropagator({
  inject: () => {},
  fields: () => ['traceparent', 'tracestate', 'baggage'],
  extract: <Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context => {
    const header = (name: string): string => String(getter.get(carrier, name) ?? '');
    const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(header('traceparent')) ?? [];
    const baggage = propagation.createBaggage({ token: { value: header('baggage') } });
    const carried = propagation.setBaggage(context, baggage);
    if (traceId === undefined || spanId === undefined) return carried;
    const traceState = createTraceState(header('tracestate'));
    return trace.setSpanContext(carried, { traceId, spanId, traceFlags: 1, isRemote: true, traceState });
  },
});
