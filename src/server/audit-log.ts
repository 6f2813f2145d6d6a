import { appendFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { AuditLine, AuditSink } from '../act/audit.ts';

/** Audit lines in the gateway's own log, marked by `audit: true`. */
export function auditToLog(log: Logger): AuditSink {
  return {
    write: ({ at, ...line }) => {
      log.info({ audit: true, ...line, at: new Date(at).toISOString() }, `${line.action} ${line.outcome}`);
    },
  };
}

/** Audit lines in a file of their own, a JSON object each. A line that cannot be written is a fault, and is in the log. */
export class AuditFile implements AuditSink {
  readonly #path: string;
  readonly #onFault: (fault: unknown) => void;
  #written: Promise<void> = Promise.resolve();

  constructor(path: string, onFault: (fault: unknown) => void) {
    this.#path = path;
    this.#onFault = onFault;
  }

  write({ at, ...line }: AuditLine): void {
    const text = `${JSON.stringify({ at: new Date(at).toISOString(), ...line })}\n`;
    this.#written = this.#written.then(() =>
      appendFile(this.#path, text, { mode: 0o600 }).catch(this.#onFault),
    );
  }

  /** Resolves when every line so far is written. */
  close(): Promise<void> {
    return this.#written;
  }
}
