import { runContract } from './run.ts';
import { qarnotTarget } from './targets/qarnot.ts';

runContract(qarnotTarget());
