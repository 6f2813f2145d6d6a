import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileIntents } from '../../src/act/file-intents.ts';
import { MemoryIntents } from '../../src/act/memory-intents.ts';
import type { StartedStore, StoreSetup, StoreTarget } from './store-contract.ts';
import { SharedIntents } from './stores.ts';

export const memoryTarget: StoreTarget = {
  name: 'memory',
  start: ({ clock, retention }) =>
    Promise.resolve({ store: new MemoryIntents(clock, retention), other: null, restart: null }),
  closeStarted: () => Promise.resolve(),
};

/** What tests share between gateways is held to the contract, too. */
export const sharedTarget: StoreTarget = {
  name: 'shared',
  start: ({ clock, retention }) => {
    const store = new SharedIntents(clock, retention);
    const started: StartedStore = { store, other: store, restart: () => Promise.resolve(started) };
    return Promise.resolve(started);
  },
  closeStarted: () => Promise.resolve(),
};

export function fileTarget(): StoreTarget {
  const stores: FileIntents[] = [];
  const directories: string[] = [];
  const openAt = async (path: string, setup: StoreSetup): Promise<StartedStore> => {
    const store = await FileIntents.open(path, setup.clock, setup.retention);
    stores.push(store);
    const restart = async (): Promise<StartedStore> => {
      stores.splice(stores.indexOf(store), 1);
      await store.close();
      return openAt(path, setup);
    };
    return { store, other: null, restart };
  };
  return {
    name: 'file',
    async start(setup) {
      const directory = await mkdtemp(join(tmpdir(), 'gridweave-intents-'));
      directories.push(directory);
      return openAt(join(directory, 'intents.jsonl'), setup);
    },
    async closeStarted() {
      for (const store of stores.splice(0)) await store.close();
      for (const path of directories.splice(0)) await rm(path, { recursive: true });
    },
  };
}
