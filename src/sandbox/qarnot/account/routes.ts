import type { Call, RouteTable } from '../routing/route.ts';
import { EMPTY, json } from '../wire/replies.ts';
import { hardwarePage, profileNames, profileView, searchCpuModels } from './catalogue.ts';
import { infoView, organizationQuotasView, userQuotasView } from './info.ts';
import { accountCredits, budgets, poolCarbon, poolCredits, taskCarbon, taskCredits } from './spending.ts';

const id = ({ params }: Call): string => params['id'] ?? '';

/** What anybody may ask, without a token. */
export const openRoutes: RouteTable = {
  // Storage is off. With the key missing the Python SDK would go to the real storage instead.
  'GET /settings': () => json({ storage: null }),
  'GET /versions': () => json([{ version: 'v1.0', endOfLife: null }]),
};

/** Catalogue, account, quotas, money and energy. */
export const accountRoutes: RouteTable = {
  'GET /': () => EMPTY,
  'GET /profiles': ({ installation }) => json(profileNames(installation)),
  'GET /profiles/{id}': (call) => json(profileView(call.installation, id(call))),
  'GET /hardware-constraints': (call) =>
    json(hardwarePage(call.installation, call.query('limit'), call.query('offset'))),
  'GET /hardware-constraints/cpu-model-constraints/search': (call) =>
    json(searchCpuModels(call.installation, call.query('cpuModel'))),
  'GET /info': ({ installation, moment }) => json(infoView(installation, moment.now)),
  'GET /quotas/computing-quotas/user': ({ installation, moment }) =>
    json(userQuotasView(installation, moment.now)),
  'GET /quotas/computing-quotas/organization': ({ installation, moment }) =>
    json(organizationQuotasView(installation, moment.now)),
  'GET /credits/v1/accounts/credits': () => json(accountCredits()),
  'GET /credits/v1/tasks/{id}/credits': (call) =>
    json(taskCredits(call.installation, id(call), call.moment.now)),
  'GET /credits/v1/pools/{id}/credits': (call) =>
    json(poolCredits(call.installation, id(call), call.moment.now)),
  'GET /credits/v1/projects/{id}/budgets': (call) => {
    // Python sends `activeOnly=True`.
    const activeOnly = call.query('activeOnly')?.toLowerCase() === 'true';
    return json(budgets(call.installation, id(call), activeOnly, call.moment.now));
  },
  'GET /carbon/v1/tasks/{id}/carbon-facts': (call) =>
    json(taskCarbon(call.installation, id(call), call.query('comparisonDatacenter'), call.moment.now)),
  'GET /carbon/v1/pools/{id}/carbon-facts': (call) =>
    json(poolCarbon(call.installation, id(call), call.query('comparisonDatacenter'), call.moment.now)),
};
