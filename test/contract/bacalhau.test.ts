import { runContract } from './run.ts';
import { bacalhauTarget } from './targets/bacalhau.ts';

runContract(bacalhauTarget('1.9.3'));
