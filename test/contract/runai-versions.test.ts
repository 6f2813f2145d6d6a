import { runContract } from './run.ts';
import { runaiTarget } from './targets/runai.ts';

// Nodes, project ids, deltas of phases and members of workloads differ between these.
for (const version of ['2.18', '2.21'] as const) {
  runContract(runaiTarget(version), { wanted: (item) => item.everyVersion === true });
}
