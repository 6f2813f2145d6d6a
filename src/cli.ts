#!/usr/bin/env node
/** The command line: serve (the default), check, doctor, sandbox, keys, operations, schema. The top of the house; nothing imports it. */
import { cac } from 'cac';
import { ConfigError } from './config/problem.ts';

const cli = cac('gridweave');

// Each command loads only what it needs: `schema` must not start a sandbox, `sandbox` needs no GraphQL.
cli
  .command('serve', 'Run the gateway. Without a configuration it runs over built-in emulators.', {})
  .alias('')
  .option('--config <file>', 'The configuration; or set GRIDWEAVE_CONFIG')
  .option('--host <address>', 'Listen here instead; or set HOST')
  .option('--port <number>', 'Listen on this port instead; or set PORT')
  .option('--print-config', 'Print what is in force, secrets masked, and end')
  .action(async (options) => (await import('./cli/serve.ts')).serve(options));

cli
  .command('check', 'Validate the configuration, ask every provider how it is, and print a table.')
  .option('--config <file>', 'The configuration; or set GRIDWEAVE_CONFIG')
  .option('--print-config', 'Print what is in force, secrets masked, and end')
  .option('--json', 'Print JSON instead of a table')
  .action(async (options) => {
    process.exitCode = await (await import('./cli/check-command.ts')).check(options);
  });

cli
  .command('doctor', 'Look at everything the gateway needs: files, network, clocks, credentials, limits.')
  .option('--config <file>', 'The configuration; or set GRIDWEAVE_CONFIG')
  .option('--json', 'Print JSON instead of a table')
  .action(async (options) => {
    process.exitCode = await (await import('./cli/doctor.ts')).doctor(options);
  });

cli
  .command('sandbox', 'Run the provider emulators alone, to develop against.')
  .option('--provider <kind>', 'Only this one: bacalhau or qarnot')
  .option('--port <number>', 'Its port; any free one when absent')
  .option('--seed <number>', 'The world follows from this number')
  .action(async (options) => (await import('./cli/sandbox.ts')).sandbox(options));

cli
  .command('keys <action>', 'API keys. "keys create" makes one and shows it once; "keys hash" reads one.')
  .option('--id <name>', 'With create: who the key is for, a part of it and of what is audited')
  .action(async (action: string, options) => (await import('./cli/keys.ts')).keys(action, options));

cli
  .command(
    'operations <action> [...files]',
    '"operations check" prints what documents cost in the worst case, and compares it with committed costs.',
  )
  .option(
    '--config <file>',
    'Count for these providers and limits, and check its manifests; else one provider of each kind',
  )
  .option('--costs <file>', 'The committed costs: it fails when a document is new or got dearer')
  .option('--update', 'Write that file instead')
  .action(async (action: string, files: string[], options) => {
    process.exitCode = await (await import('./cli/operations.ts')).operations(action, files, options);
  });

cli
  .command('schema', 'Print the GraphQL schema.')
  .option('--out <file>', 'Write it to a file')
  .action(async (options: { out?: string }) => (await import('./cli/schema.ts')).schema(options));

cli.help();
cli.version('0.1.0');

try {
  cli.parse(process.argv, { run: false });
  if (cli.matchedCommand === undefined && cli.args.length > 0) {
    throw new RangeError(`There is no command "${String(cli.args[0])}". See gridweave --help.`);
  }
  await cli.runMatchedCommand();
} catch (error) {
  if (error instanceof ConfigError) console.error(error.toString());
  else console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
