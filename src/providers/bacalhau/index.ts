import type { ProviderKindDefinition } from '../kind.ts';
import { BacalhauAdapter } from './adapter.ts';
import { bacalhauSettings, type BacalhauSettings } from './settings.ts';

/**
 * Bacalhau 1.4 to 1.9. Its servers take an API key (1.7+) or a token of its older login methods as a bearer token, or
 * a user name with a password (1.7+), or nothing at all in their default configuration.
 */
export const bacalhau: ProviderKindDefinition<BacalhauSettings> = {
  kind: 'bacalhau',
  title: 'Bacalhau',
  defaultUrl: null,
  credentials: [
    { members: ['apiKey'], scheme: 'bearer' },
    { members: ['token'], scheme: 'bearer' },
    { members: ['username', 'password'], scheme: 'basic' },
  ],
  settingsSchema: bacalhauSettings,
  create: (deps) => new BacalhauAdapter(deps),
};
