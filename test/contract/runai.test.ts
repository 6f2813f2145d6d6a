import { runContract } from './run.ts';
import { runaiTarget } from './targets/runai.ts';

runContract(runaiTarget('2.24'));
