import type { ServerConfig } from './config.ts';
import type { ConfigProblem } from './problem.ts';
import { serverSchema } from './schema.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Overridden {
  readonly server: ServerConfig;
  /** Path of the key → name of the variable that replaced it. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly problems: readonly ConfigProblem[];
}

function problem(variable: string, message: string, fix: string): ConfigProblem {
  return { path: variable, line: null, column: null, message, fix, excerpt: null };
}

/** Lets HOST and PORT replace what the file says. An empty variable counts as not set. */
export function overrideServer(server: ServerConfig, env: Env): Overridden {
  const { HOST: host = '', PORT: port = '' } = env;
  const overrides = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  let { host: newHost, port: newPort } = server;
  if (host !== '') {
    const { success, data } = serverSchema.shape.host.safeParse(host);
    if (success) {
      newHost = data;
      overrides.set('server.host', 'HOST');
    } else {
      problems.push(
        problem(
          'HOST',
          'The environment variable HOST is neither a host name nor an IP address.',
          'Set it to an address such as 0.0.0.0, or unset it.',
        ),
      );
    }
  }
  if (port !== '') {
    const { success, data } = serverSchema.shape.port.safeParse(/^\d{1,5}$/.test(port) ? Number(port) : NaN);
    if (success) {
      newPort = data;
      overrides.set('server.port', 'PORT');
    } else {
      problems.push(
        problem(
          'PORT',
          'The environment variable PORT must be a whole number from 0 to 65535.',
          'Set it to a port such as 4000, or unset it.',
        ),
      );
    }
  }
  return { server: { ...server, host: newHost, port: newPort }, overrides, problems };
}
