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
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const LOG_RETENTION_MS = 3_600_000;

/** Starts the emulator; rejects with INVALID_ARGUMENT for options that no Bacalhau has. */
export async function startBacalhauEmulator(options: BacalhauEmulatorOptions): Promise<EmulatorServer> {
  const { world, version = '1.9.3', auth = { mode: 'open' } } = options;
  const installation = createInstallation({
    world,
    version,
    logRetentionMs: options.logRetentionMs ?? LOG_RETENTION_MS,
  });
  if (auth.mode === 'users' && !installation.release.users) {
    const message = `Bacalhau ${version} has no users: choose version 1.7.0 or later, or the open mode.`;
    throw new GridweaveError('INVALID_ARGUMENT', message, { field: 'auth' });
  }
  const responder = createResponder(installation, auth);
  const sockets = new WebSocketServer({ noServer: true });
  return startEmulatorServer({
    kind: 'bacalhau',
    clock: world.clock,
    seed: world.seed,
    maxBodyBytes: MAX_BODY_BYTES,
    bodyTooLarge: (request) => responder.tooLarge(request),
    handle: (request) => responder.answer(request),
    upgrade: (request, socket, head) => {
      const refusal = responder.refuseUpgrade(request);
      if (refusal !== null) {
        refuseUpgrade(socket, refusal, request.now());
        return;
      }
      sockets.handleUpgrade(request.message, socket, head, (stream) => {
        const idOrName = request.segments[4] ?? '';
        streamLog(stream, responder.scopeOf(request), idOrName, new Query(request.query));
      });
    },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
}
