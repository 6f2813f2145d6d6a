import { ringTarget } from './ring-target.ts';
import { runLogContract } from './run.ts';

runLogContract(ringTarget());
