import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Call } from './call.ts';
import { outcomeOfCall } from './observer.ts';
import type { UpstreamCallReport } from './types.ts';

/** Callers who joined a call and are linked to its span at most. */
const MAX_LINKS = 32;

/**
 * Begins the span of one attempt, under the operation, or the batch, that pays for it; null where that is not traced.
 * Named by the route's template; nothing of the path, the query, the headers or the body is in it.
 */
export function beginCallSpan(call: Call, provider: string, server: URL): Span | null {
  if (call.trace === undefined) return null;
  const { method, route, attempt } = call;
  return trace.getTracer('gridweave').startSpan(
    `${method} ${route}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': method,
        'url.template': route,
        'server.address': server.hostname,
        'server.port': Number(server.port === '' ? (server.protocol === 'https:' ? 443 : 80) : server.port),
        'gridweave.provider': provider,
        ...(attempt === 1 ? {} : { 'http.request.resend_count': attempt - 1 }),
      },
    },
    call.trace,
  );
}

/** Ends it, linked to the other operations that waited for the same answer. */
export function endCallSpan(span: Span, call: Call, report: UpstreamCallReport): void {
  const { status } = report;
  if (status !== null) span.setAttribute('http.response.status_code', status);
  const outcome = outcomeOfCall(report);
  if (outcome !== 'OK') {
    span.setAttribute('error.type', outcome);
    // A caller that left is no failure of anything.
    if (outcome !== 'CANCELLED') span.setStatus({ code: SpanStatusCode.ERROR });
  }
  for (const joined of call.interest.joined?.slice(0, MAX_LINKS) ?? []) {
    const context = trace.getSpanContext(joined);
    if (context !== undefined) span.addLink({ context });
  }
  span.end();
}
