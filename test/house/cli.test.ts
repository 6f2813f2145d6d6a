import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printedSchema } from '../../src/graph/schema.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = ['--import', 'tsx', 'src/cli.ts'];

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...PROGRAM, ...args], { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** Starts a command that stays, waits for a line, and hands over what it matched. */
async function start(args: string[], line: RegExp) {
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Also when the test fails half-way.
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const text of createInterface({ input: child.stdout })) {
    const match = line.exec(text);
    if (match === null) continue;
    return {
      url: match[1] ?? '',
      stop: async () => {
        child.kill('SIGTERM');
        const [code] = (await once(child, 'exit')) as [number];
        return code;
      },
    };
  }
  throw new Error(`${args.join(' ')} ended without saying ${String(line)}`);
}

describe('the command line', { timeout: 60_000 }, () => {
  it('prints the schema', async () => {
    expect(await run('schema')).toEqual({ code: 0, stdout: printedSchema(), stderr: '' });
  });

  it.each([
    [['frobnicate'], 'There is no command "frobnicate"'],
    [['serve', '--bogus'], 'Unknown option `--bogus`'],
    [['serve', '--config', 'nowhere.yaml'], 'The file does not exist'],
    [['serve', '--port', '70000'], 'PORT must be a whole number from 0 to 65535'],
    [['sandbox', '--provider', 'abacus'], '--provider must be one of: bacalhau, qarnot'],
    [['sandbox', '--port', '4100'], '--port needs --provider'],
  ])('refuses %j politely', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('serves, answers and stops when told to', async () => {
    const server = await start(['serve', '--port', '0'], /Gridweave is ready: open (http:\S+)\/graphql/);
    const taken = await run('serve', '--port', new URL(server.url).port);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('something else listens there')]);
    const answer = await fetch(`${server.url}/graphql?query={providers{key}}`);
    const { data } = (await answer.json()) as { data: { providers: { key: string }[] } };
    expect(data.providers.map(({ key }) => key)).toEqual(['bacalhau', 'qarnot', 'runai', 'charity-engine']);
    expect(await server.stop()).toBe(0);
  });

  it('serves one emulator alone', async () => {
    const emulator = await start(['sandbox', '--provider', 'bacalhau'], /bacalhau: (http:\S+)/);
    const answer = await fetch(`${emulator.url}/api/v1/agent/alive`);
    expect(await answer.json()).toEqual({ Status: 'OK' });
    expect(await emulator.stop()).toBe(0);
  });
});
