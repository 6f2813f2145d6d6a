import { fileTarget } from './file-target.ts';
import { runLogContract } from './run.ts';

runLogContract(fileTarget());
