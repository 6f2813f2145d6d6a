/**
 * A local server that speaks Bacalhau's orchestrator API over the simulated world, in any of its releases from 1.4 to
 * 1.9. This folder owns everything about that wire; only the sandbox's start-up and tests call it, through
 * `startBacalhauEmulator`. It is written from the API's documentation and shares nothing with the adapter.
 */
import { WebSocketServer } from 'ws';
import { GridweaveError } from '../../model/errors.ts';
import { refuseUpgrade } from '../answer.ts';
import type { EmulatorServer } from '../http.ts';
import { startEmulatorServer } from '../http.ts';
import type { World } from '../world/types.ts';
import type { BacalhauAuth } from './access/gate.ts';
import { createInstallation } from './installation.ts';
import { streamLog } from './logs/stream.ts';
import { createResponder } from './responder.ts';
import { Query } from './wire/query.ts';
import type { BacalhauVersion } from './wire/release.ts';

export interface BacalhauEmulatorOptions {
  /** Must have a Bacalhau site. */
  readonly world: World;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 1.9.3. */
  readonly version?: BacalhauVersion;
  /** Default open. Users exist from 1.7. */
  readonly auth?: BacalhauAuth;
  /** How long the log of an ended execution can be read, in milliseconds of the world. Default one hour. */
  readonly logRetentionMs?: number;
  /** How long a log that is not there is waited for, in milliseconds of the world. Default one minute. */
  readonly logFileWaitMs?: number;
  /**
   * A compute node serves one log stream at a time, and a client that leaves does not free it; others wait. That is
   * the default; `independent` lets every stream run.
   */
  readonly logStreams?: 'one-per-node' | 'independent';
  /** The server never reads from a log's socket, so that close frames get no answer. Default false. */
  readonly deafLogStreams?: boolean;
  /** A rerun of an unknown job or version blocks every later write, as it does for real. Default false. */
  readonly rerunsLeak?: boolean;
  /** After how long a blocked write is answered with 503, in milliseconds of the machine. Default thirty seconds. */
  readonly handlerTimeoutMs?: number;
}

/** Ten megabytes, not mebibytes: this size is read, one byte more is refused (seen on 1.9.3). */
const MAX_BODY_BYTES = 10_000_000;
const HANDLER_TIMEOUT_MS = 30_000;
const LOG_RETENTION_MS = 3_600_000;
const LOG_FILE_WAIT_MS = 60_000;

/** Starts the emulator; rejects with INVALID_ARGUMENT for options that no Bacalhau has. */
export async function startBacalhauEmulator(options: BacalhauEmulatorOptions): Promise<EmulatorServer> {
  const { world, version = '1.9.3', auth = { mode: 'open' } } = options;
  const installation = createInstallation({
    world,
    version,
    logs: {
      retentionMs: options.logRetentionMs ?? LOG_RETENTION_MS,
      fileWaitMs: options.logFileWaitMs ?? LOG_FILE_WAIT_MS,
      deaf: options.deafLogStreams ?? false,
    },
    oneLogPerNode: options.logStreams !== 'independent',
    rerunsLeak: options.rerunsLeak ?? false,
  });
  if (auth.mode === 'users' && !installation.release.users) {
    const message = `Bacalhau ${version} has no users: choose version 1.7.0 or later, or the open mode.`;
    throw new GridweaveError('INVALID_ARGUMENT', message, { field: 'auth' });
  }
  const responder = createResponder(installation, auth, options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS);
  const sockets = new WebSocketServer({ noServer: true });
  return startEmulatorServer({
    kind: 'bacalhau',
    clock: world.clock,
    seed: world.seed,
    maxBodyBytes: MAX_BODY_BYTES,
    bodyTooLarge: (request) => responder.tooLarge(request),
    handle: (request) => responder.answer(request),
    upgrade: (request, socket, head) => {
      const decision = responder.upgrade(request);
      if ('refusal' in decision) {
        refuseUpgrade(socket, decision.refusal, request.now());
        return;
      }
      sockets.handleUpgrade(request.message, socket, head, (stream) => {
        streamLog(stream, responder.scopeOf(request), decision.idOrName, new Query(request.query));
      });
    },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
}
