import { runStoreContract } from './store-contract.ts';
import { fileTarget, memoryTarget, sharedTarget } from './store-targets.ts';

for (const target of [memoryTarget, sharedTarget, fileTarget()]) runStoreContract(target);
