import type { SandboxEmulator, SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { TestGateway } from './gateway.ts';

/** The running emulator of a kind in a gateway that was started over the sandbox. */
export function emulatorOf(gateway: TestGateway, kind: SandboxKind): SandboxEmulator {
  const emulator = gateway.sandbox.emulators.get(kind);
  if (emulator === undefined) throw new RangeError(`the sandbox has no ${kind} emulator`);
  return emulator;
}
