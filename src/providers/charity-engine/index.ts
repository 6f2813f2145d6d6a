import type { ProviderKindDefinition } from '../kind.ts';
import { createCharityEngineAdapter } from './adapter.ts';
import { capacityCallback } from './capacity-callback.ts';
import { settingsSchema, type CharityEngineSettings } from './settings.ts';

/**
 * Charity Engine: jobs on volunteers' machines, by its Remote Job Submission API v2. The account's one secret is called
 * the authenticator; whether the token for the header is the same is not documented, so another can be given.
 */
export const charityEngine: ProviderKindDefinition<CharityEngineSettings> = {
  kind: 'charity-engine',
  title: 'Charity Engine',
  defaultUrl: 'https://api.charityengine.services/remotejobs/v2/',
  credentials: [
    { members: ['authenticator'], scheme: 'bearer' },
    { members: ['bearerToken', 'authenticator'], scheme: 'bearer' },
  ],
  settingsSchema,
  create: (deps) => createCharityEngineAdapter(deps),
  callback: capacityCallback,
};
