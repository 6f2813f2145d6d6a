/** How the emulated server refuses a request: thrown by handlers, turned into a body by `errorBody`. */
import type { Release } from './release.ts';

export interface RefusalShape {
  readonly status: number;
  /** May be empty: several business errors carry no code at all. */
  readonly code: string;
  readonly component: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, string>>;
  /** Found by the web framework, so that even the oldest release keeps the status. */
  readonly framework?: boolean;
}

/** Part of the emulated wire, not an error of the gateway: it never leaves this folder. */
export class Refusal extends Error {
  readonly shape: RefusalShape;

  constructor(message: string, shape: RefusalShape) {
    super(message);
    this.name = 'Refusal';
    this.shape = shape;
  }
}

/** 400 and its kin from the web framework: the code is always InternalError, whatever the status. */
export function frameworkError(status: number, message: string): Refusal {
  return new Refusal(message, { status, code: 'InternalError', component: 'APIServer', framework: true });
}

/** A body or parameter that does not fit its type. */
export function bindError(message: string): Refusal {
  return frameworkError(400, message);
}

/** A Go error that nobody classified: its text stays in the server's log. */
export function unclassified(): Refusal {
  return new Refusal('Internal server error', { status: 500, code: 'InternalError', component: 'Unknown' });
}

/** A business error without a code, which makes it a 500 although it is permanent. */
export function uncoded(message: string, hint?: string): Refusal {
  const shape = { status: 500, code: '', component: 'Bacalhau' };
  return new Refusal(message, hint === undefined ? shape : { ...shape, hint });
}

/** The handler found the job store locked until its time was up: plain text, and no word of the version. */
export class ServerTimeout extends Error {
  readonly plainText = 'Server Timeout!';
}

/** An error of the job store, with the status that follows from its code. */
export function jobStoreError(code: string, message: string, hint?: string): Refusal {
  const shape = { status: statusOf(code), code, component: 'JobStore' };
  return new Refusal(message, hint === undefined ? shape : { ...shape, hint });
}

export function jobNotFound(id: string): Refusal {
  return jobStoreError('NotFound', `job not found: ${id}`);
}

/** An error of the node registry. */
export function nodeError(code: string, message: string, hint?: string): Refusal {
  const shape = { status: statusOf(code), code, component: 'NodesManager' };
  return new Refusal(message, hint === undefined ? shape : { ...shape, hint });
}

const STATUS: Readonly<Record<string, number>> = {
  BadRequest: 400,
  ValidationError: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  ResourceInUse: 409,
  MultipleNodesFound: 409,
  ConflictNodeState: 409,
  ConcurrentUpdate: 409,
  HandshakeRequired: 428,
  ResourceExhausted: 429,
  NotImplemented: 501,
  ServiceUnavailable: 503,
};

/** The HTTP status of a code where the server sets no explicit one; unknown and empty codes are 500. */
export function statusOf(code: string): number {
  return STATUS[code] ?? 500;
}

/** Status and body of a refusal, as this release writes it. */
export function errorBody(
  refusal: Refusal,
  release: Release,
  requestId: string,
): { readonly status: number; readonly body: unknown } {
  const { status, code, component, hint, details, framework } = refusal.shape;
  if (release.errorBody === 'plain') {
    // 1.4 answered 500 to everything its handlers refused except what the validation found: a missing job too.
    const plainStatus = framework === true || status < 404 ? status : 500;
    return { status: plainStatus, body: { error: refusal.message, message: statusText(plainStatus) } };
  }
  const body = {
    Status: status,
    Message: refusal.message,
    RequestID: requestId,
    Code: code,
    Component: component,
  };
  if (release.errorBody === 'coded') return { status, body };
  return {
    status,
    body: {
      ...body,
      Hint: hint === '' ? undefined : hint,
      Details: details !== undefined && Object.keys(details).length > 0 ? details : undefined,
    },
  };
}

const TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  410: 'Gone',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
};

function statusText(status: number): string {
  return TEXT[status] ?? 'Internal Server Error';
}
