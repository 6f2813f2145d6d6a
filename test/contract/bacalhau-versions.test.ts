import { runContract } from './run.ts';
import { bacalhauTarget } from './targets/bacalhau.ts';

// Error bodies, node objects, history and above all the integers of execution states differ between these.
for (const version of ['1.4.0', '1.5.0', '1.7.0'] as const) {
  runContract(bacalhauTarget(version), { wanted: (item) => item.everyVersion === true });
}
