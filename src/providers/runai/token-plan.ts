import { path } from '../../upstream/path.ts';
import type { Client, TokenEndpoint, TokenPlan } from '../../upstream/token-endpoint.ts';
import type { RunaiSettings } from './settings.ts';

const APPLICATION_LIFETIME = 'expiresIn';

/** Where Run:ai exchanges a client id and secret for a token, newest first. */
export function tokenPlan(settings: RunaiSettings): TokenPlan {
  const { tokenUrl, tokenEndpoint } = settings;
  const all = endpointsOf(settings);
  const chosen = tokenEndpoint === 'auto' ? all.filter(({ name }) => name !== 'keycloak' || settings.realm !== undefined) : all.filter(({ name }) => name === tokenEndpoint); // prettier-ignore
  return {
    baseUrl: tokenUrl === undefined ? null : new URL(tokenUrl),
    endpoints: chosen.map(({ endpoint }) => endpoint),
  };
}

interface Named {
  readonly name: Exclude<RunaiSettings['tokenEndpoint'], 'auto'>;
  readonly endpoint: TokenEndpoint;
}

function endpointsOf({ tokenField, realm = 'runai' }: RunaiSettings): readonly Named[] {
  const v1 = {
    path: path`/api/v1/token`,
    encoding: 'json',
    token: tokenField === 'id_token' ? 'idToken' : 'accessToken',
    lifetime: APPLICATION_LIFETIME,
  } as const;
  const oauth = { encoding: 'form', token: tokenField, lifetime: 'expires_in' } as const;
  return [
    {
      // Since 2.24.
      name: 'v2',
      endpoint: {
        ...oauth,
        path: path`/api/v2/token`,
        body: ({ id, secret }: Client) => ({
          grant_type: 'client_credentials',
          client_id: id,
          client_secret: secret,
        }),
      },
    },
    {
      // Since 2.20. Before that the grant is not known and answered with 400.
      name: 'v1',
      endpoint: {
        ...v1,
        body: ({ id, secret }: Client) => ({
          grantType: 'client_credentials',
          clientID: id,
          clientSecret: secret,
        }),
      },
    },
    {
      name: 'v1-app',
      endpoint: {
        ...v1,
        body: ({ id, secret }: Client) => ({ grantType: 'app_token', appID: id, appSecret: secret }),
      },
    },
    {
      name: 'keycloak',
      endpoint: {
        ...oauth,
        path: path`/auth/realms/${realm}/protocol/openid-connect/token`,
        body: ({ id, secret }: Client) => ({
          grant_type: 'client_credentials',
          scope: 'openid',
          response_type: 'id_token',
          client_id: id,
          client_secret: secret,
        }),
      },
    },
  ];
}
