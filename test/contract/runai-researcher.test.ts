import { runContract } from './run.ts';
import { researcherTarget } from './targets/runai.ts';

runContract(researcherTarget());
