/** Runs the program's commands one after the other in one process, as COMMANDS lists them: starting it for each takes longer than all of them. */
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

for (const [i, args] of (JSON.parse(process.env['COMMANDS'] ?? '[]') as string[][]).entries()) {
  process.argv = [process.argv[0] ?? '', program, ...args];
  process.stdout.write(`\n$ gridweave ${args[0] ?? ''} ${args[1] ?? ''}\n`);
  process.exitCode = 0;
  // Another address is another module: it begins anew.
  await import(`../../src/cli.ts?${String(i)}`);
  process.stdout.write(`\n= ${String(process.exitCode)}\n`);
}
