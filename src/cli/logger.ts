import { pino, type Logger } from 'pino';
import type { LogConfig } from '../config/config.ts';
import { LOG_REDACTION } from '../server/telemetry/log-redaction.ts';

/** The process's log: JSON lines, or lines for people on a terminal. */
export async function createLogger(config: LogConfig): Promise<Logger> {
  const pretty = config.pretty ?? process.stdout.isTTY;
  const options = { level: config.level, base: null, ...LOG_REDACTION };
  if (!pretty) return pino(options);
  const { default: prettyStream } = await import('pino-pretty');
  return pino(
    options,
    prettyStream({ colorize: process.stdout.isTTY, translateTime: 'HH:MM:ss', ignore: 'pid,hostname' }),
  );
}
