import type { ServerConfig } from './config.ts';
import { isLoopback } from './loopback.ts';
import type { ConfigProblem, Findings } from './problem.ts';

const MESSAGE =
  'is not of this machine alone, and there is no "auth": everybody who reaches it could see and do everything.';
const FIX =
  'Add "auth" (docs/configuration.md), or listen on 127.0.0.1. To let everybody in on purpose, say what they may do: auth: { anonymous: { grants: [{ scopes: [read] }] } }.';

/** Without `auth`, only whoever is on this machine may come in. A problem of the environment is returned. */
export function refuseOpenDoor(
  { host }: ServerConfig,
  overrides: ReadonlyMap<string, string>,
  findings: Findings,
): readonly ConfigProblem[] {
  if (isLoopback(host)) return [];
  const variable = overrides.get('server.host');
  if (variable === undefined) {
    findings.add(['server', 'host'], `server.host ${MESSAGE}`, FIX);
    return [];
  }
  const message = `The address in the environment variable ${variable} ${MESSAGE}`;
  return [{ path: variable, line: null, column: null, message, fix: FIX, excerpt: null }];
}
