import { SANDBOX_KINDS, startSandbox } from '../sandbox/sandbox.ts';

export interface SandboxOptions {
  readonly provider?: string | undefined;
  readonly port?: number | undefined;
  readonly seed?: number | undefined;
}

/** Runs the emulators alone, without a gateway, until the process is told to stop. */
export async function sandbox(options: SandboxOptions): Promise<void> {
  const chosen = SANDBOX_KINDS.filter((kind) => options.provider === undefined || kind === options.provider);
  const only = chosen[0];
  if (only === undefined) {
    throw new RangeError(`--provider must be one of: ${SANDBOX_KINDS.join(', ')}.`);
  }
  if (options.port !== undefined && chosen.length > 1) {
    throw new RangeError('--port needs --provider: each emulator has a port of its own.');
  }
  const running = await startSandbox({
    kinds: chosen,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.port === undefined ? {} : { ports: { [only]: options.port } }),
  });
  for (const [kind, emulator] of running.emulators) {
    const { url, credential } = emulator.connection;
    console.log(`${kind}: ${url}`);
    for (const [member, secret] of Object.entries(credential)) console.log(`  ${member}: ${secret}`);
    console.log(
      `  break it: curl -X PUT ${emulator.url}/-/faults/slow -d '{"effect":{"kind":"latency","ms":2000}}'`,
    );
  }
  const stop = (): void => {
    void running.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
