import type { BrowserContext } from 'playwright-core';

export interface Watch {
  /** The address of every request of every page, frame and worker, in order. */
  readonly requests: readonly string[];
  /** Failed requests, uncaught errors, warnings and errors on the console (violations of the policy are among these). */
  readonly problems: readonly string[];
  /** The problems up to now, which are forgotten. */
  takeProblems(): string[];
}

/** Records what goes on in a browser from now on. */
export function watch(context: BrowserContext): Watch {
  const requests: string[] = [];
  const problems: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('requestfailed', (request) =>
    problems.push(`${request.url()} failed: ${request.failure()?.errorText ?? 'unknown'}`),
  );
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  return { requests, problems, takeProblems: () => problems.splice(0) };
}
