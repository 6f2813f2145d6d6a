/** The endpoints that exchange a credential for a token: two of the control plane, one of Keycloak, one of old. */
import type { EmulatorRequest } from '../../http.ts';
import type { Release } from '../release.ts';
import { readForm, readObject } from '../wire/body.ts';
import type { JsonObject } from '../wire/json.ts';
import { lowerKeys, text } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, ok, refusal } from '../wire/replies.ts';
import type { IssuedTokens, TokenOffice } from './office.ts';

export interface TokenSettings {
  readonly office: TokenOffice;
  readonly release: Release;
  /** The Keycloak realm. */
  readonly realm: string;
  /** Leave `expiresIn` and `expires_in` out of answers. */
  readonly omitExpiresIn: boolean;
  /** What `/api/v1/token` answers to a wrong secret: the spec lists 400 only, 401 is unverified. */
  readonly refusedLoginStatus: 400 | 401;
}

/** Answers a token request; null when the path is no token endpoint of this release. */
export function answerTokenRequest(request: EmulatorRequest, settings: TokenSettings): Reply | null {
  const path = `/${request.segments.join('/')}`;
  const { realm, release } = settings;
  let endpoint: ((request: EmulatorRequest, settings: TokenSettings) => Reply) | null = null;
  if (path === '/api/v1/token') endpoint = tokenV1;
  else if (path === '/api/v2/token' && release.tokenV2) endpoint = tokenV2;
  else if (path === `/auth/realms/${realm}/protocol/openid-connect/token`) endpoint = keycloak;
  else if (path === '/v1/k8s/auth/oauth/apptoken') endpoint = appToken;
  // These paths are open, so a release without them says 404 to anybody: that is how clients tell releases apart.
  else if (/^\/api\/v\d+\/token$/.test(path)) throw refusal(404, 'page not found');
  else if (path.startsWith('/auth/realms/')) return { status: 404, body: { error: 'Realm does not exist' } };
  if (endpoint === null) return null;
  if (request.method !== 'POST') throw refusal(405, 'Method not allowed');
  return endpoint(request, settings);
}

/** JSON in, JSON out. Keys in any case: the vendor's own SDK, prose and spec spell them in three ways. */
function tokenV1(request: EmulatorRequest, settings: TokenSettings): Reply {
  const { office, release } = settings;
  const body = readObject(request.body);
  if (body === null) throw badRequest('The request body must be a JSON object.');
  const fields = lowerKeys(body);
  const grant = text(fields['granttype']);
  let tokens: IssuedTokens | null = null;
  if (grant === 'app_token' || (grant === 'client_credentials' && release.clientCredentials)) {
    tokens = logIn(office, fields, request.now());
  } else if (grant === 'refresh_token') {
    const refreshToken = text(fields['refreshtoken']) ?? '';
    tokens = office.refresh(refreshToken, text(fields['clientid']) ?? '', request.now());
  } else if (grant === null) {
    throw badRequest('Required parameter is missing: grantType');
  } else {
    throw badRequest(`Unsupported grant type: ${grant}`);
  }
  if (tokens === null) throw refusal(settings.refusedLoginStatus, 'Invalid client credentials');
  const { accessToken, idToken, refreshToken, expiresInSeconds } = tokens;
  const expiresIn = settings.omitExpiresIn || !release.tokenV2 ? {} : { expiresIn: expiresInSeconds };
  return ok({ accessToken, idToken, refreshToken, ...expiresIn });
}

function logIn(office: TokenOffice, fields: JsonObject, nowMs: number): IssuedTokens | null {
  const id = text(fields['clientid']) ?? text(fields['appid']);
  const secret = text(fields['clientsecret']) ?? text(fields['appsecret']);
  if (id === null || secret === null)
    throw badRequest('Required parameter is missing: clientID, clientSecret');
  const client = office.authenticate(id, secret);
  return client === null ? null : office.issue(client, nowMs);
}

function oauthError(status: 400 | 401, error: string, description: string): Reply {
  return { status, body: { error, error_description: description } };
}

/** The OAuth form; errors in the shape of RFC 6749. */
function tokenV2(request: EmulatorRequest, settings: TokenSettings): Reply {
  const { office } = settings;
  const form = readForm(request.body, request.headers['content-type']);
  if (form === null) return oauthError(400, 'invalid_request', 'the body must be form-encoded');
  const grant = form.get('grant_type') ?? '';
  const clientId = form.get('client_id') ?? '';
  let tokens: IssuedTokens | null = null;
  if (grant === 'client_credentials') {
    const client = office.authenticate(clientId, form.get('client_secret') ?? '');
    if (client === null) return oauthError(401, 'invalid_client', 'unknown client or wrong secret');
    tokens = office.issue(client, request.now());
  } else if (grant === 'refresh_token') {
    tokens = office.refresh(form.get('refresh_token') ?? '', clientId, request.now());
  } else if (grant === '') {
    return oauthError(400, 'invalid_request', 'grant_type is missing');
  } else if (grant !== 'password' && grant !== 'authorization_code') {
    return oauthError(400, 'unsupported_grant_type', `${grant} is not supported`);
  }
  // The sandbox has no users and no log-in page, so nobody holds a password or a code that is good.
  if (tokens === null) return oauthError(400, 'invalid_grant', 'the grant is not valid');
  return ok({ ...oauthBody(tokens, settings), refresh_token: tokens.refreshToken, id_token: tokens.idToken });
}

function oauthBody(tokens: IssuedTokens, settings: TokenSettings): JsonObject {
  return {
    access_token: tokens.accessToken,
    token_type: 'Bearer',
    ...(settings.omitExpiresIn ? {} : { expires_in: tokens.expiresInSeconds }),
  };
}

/** The login server behind older releases. Its refusals are Keycloak's own, which is unverified here. */
function keycloak(request: EmulatorRequest, settings: TokenSettings): Reply {
  const { office } = settings;
  const form = readForm(request.body, request.headers['content-type']);
  if (form === null) return oauthError(400, 'invalid_request', 'Missing form parameter: grant_type');
  if (form.get('grant_type') !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'Unsupported grant_type');
  }
  const client = office.authenticate(form.get('client_id') ?? '', form.get('client_secret') ?? '');
  if (client === null) {
    return oauthError(401, 'unauthorized_client', 'Invalid client or Invalid client credentials');
  }
  const tokens = office.issue(client, request.now());
  const idToken = (form.get('scope') ?? '').split(' ').includes('openid') ? { id_token: tokens.idToken } : {};
  return ok({
    ...oauthBody(tokens, settings),
    refresh_expires_in: 0,
    ...idToken,
    'not-before-policy': 0,
    scope: 'openid email',
  });
}

/** Deprecated since long: `{id, name, secret}` for a pair of tokens. */
function appToken(request: EmulatorRequest, { office }: TokenSettings): Reply {
  const body = readObject(request.body);
  const name = text(body?.['name']);
  const secret = text(body?.['secret']);
  if (name === null || secret === null) throw badRequest('Required parameter is missing: id, name, secret');
  const client = office.authenticate(name, secret) ?? office.authenticate(text(body?.['id']) ?? '', secret);
  if (client === null) throw badRequest('Invalid application credentials');
  const tokens = office.issue(client, request.now());
  return ok({ access_token: tokens.accessToken, id_token: tokens.idToken });
}
