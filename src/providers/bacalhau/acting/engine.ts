import type { JobSpec } from '../../../model/job-spec.ts';
import type { WasmProgram } from '../extension.ts';
import type { SpecConfig } from './job-to-send.ts';
import { isBefore, WASM_PATHS, type Release } from './release.ts';
import type { Verdicts } from '../../verdicts.ts';

/** The fields that say what to run. Docker runs images; a wasm module comes in through an input. */
export function engineOf(spec: JobSpec, wasm: WasmProgram | null, verdicts: Verdicts): SpecConfig {
  if (spec.image !== null || wasm === null) {
    verdicts.judge(
      ['spec', 'image'],
      spec.image === null ? 'Say what to run: an image here, or a module in extensions.bacalhau.wasm.' : null,
    );
  }
  if (spec.app !== null) {
    verdicts.refused(['spec', 'app'], 'Bacalhau has no catalogue of applications: name an image instead.');
  }
  return wasm === null ? docker(spec, verdicts) : module(spec, wasm, verdicts);
}

function docker(spec: JobSpec, verdicts: Verdicts): SpecConfig {
  const { image, command, args, workingDirectory } = spec;
  if (command.length > 0) verdicts.honoured(['spec', 'command']);
  if (args.length > 0) verdicts.honoured(['spec', 'args']);
  if (workingDirectory !== null) {
    // The server would take it, and the node fail the execution.
    const isAbsolute = workingDirectory.startsWith('/');
    verdicts.judge(['spec', 'workingDirectory'], isAbsolute ? null : 'It must be an absolute path.');
  }
  return {
    Type: 'docker',
    Params: {
      Image: image ?? '',
      ...(command.length === 0 ? {} : { Entrypoint: command }),
      ...(args.length === 0 ? {} : { Parameters: args }),
      ...(workingDirectory === null ? {} : { WorkingDirectory: workingDirectory }),
    },
  };
}

function module(spec: JobSpec, wasm: WasmProgram, verdicts: Verdicts): SpecConfig {
  if (spec.command.length > 0) {
    verdicts.refused(
      ['spec', 'command'],
      'A wasm module has no command: its entrypoint is a function. Use args.',
    );
  }
  if (spec.args.length > 0) verdicts.honoured(['spec', 'args']);
  if (spec.workingDirectory !== null) {
    verdicts.refused(['spec', 'workingDirectory'], 'A wasm module has no working directory.');
  }
  return {
    Type: 'wasm',
    Params: {
      EntryModule: wasm.entryModulePath,
      Entrypoint: wasm.entrypoint ?? '_start',
      Parameters: spec.args.length > 0 ? spec.args : (wasm.parameters ?? []),
      ImportModules: wasm.importModulePaths ?? [],
    },
  };
}

/** The extension's part, told after the specification's own fields. `targets`: where inputs stand. */
export function judgeWasm(
  spec: JobSpec,
  wasm: WasmProgram,
  targets: readonly string[],
  release: Release,
  verdicts: Verdicts,
): void {
  const at = ['extensions', 'bacalhau', 'wasm'] as const;
  if (isBefore(release, WASM_PATHS)) {
    verdicts.refused(at, 'Modules are named by path from Bacalhau 1.7 on; this server is older.');
    return;
  }
  if (spec.image !== null) verdicts.refused(at, 'An image and a module cannot both run: leave one out.');
  const found = (path: string): string | null =>
    targets.some((target) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`))
      ? null
      : 'No input stands there: give the module as an input with this path.';
  verdicts.judge([...at, 'entryModulePath'], found(wasm.entryModulePath));
  if (wasm.entrypoint != null) {
    verdicts.judge(
      [...at, 'entrypoint'],
      wasm.entrypoint === '' ? 'Name a function, or leave it out.' : null,
    );
  }
  if (wasm.parameters != null) {
    const twice = wasm.parameters.length > 0 && spec.args.length > 0;
    verdicts.judge([...at, 'parameters'], twice ? 'spec.args says the same: give one of both.' : null);
  }
  for (const [i, path] of (wasm.importModulePaths ?? []).entries()) {
    verdicts.judge([...at, 'importModulePaths', i], found(path));
  }
}
