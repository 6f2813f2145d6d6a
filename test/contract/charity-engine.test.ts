import { runContract } from './run.ts';
import { charityEngineTarget } from './targets/charity-engine.ts';

runContract(charityEngineTarget());
