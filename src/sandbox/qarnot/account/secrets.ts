import type { Handler, RouteTable } from '../routing/route.ts';
import { text } from '../wire/json.ts';
import { EMPTY, invalid, json, noSuch, refusal } from '../wire/replies.ts';

const keyOf = (params: Readonly<Record<string, string>>): string => params['key'] ?? '';

const show: Handler = ({ installation, params }) => {
  const value = installation.ledger.secrets.get(keyOf(params));
  if (value === undefined) throw noSuch('secret', keyOf(params));
  return json({ value });
};

const write =
  (mustExist: boolean): Handler =>
  ({ installation, params, fields }) => {
    const { secrets } = installation.ledger;
    const key = keyOf(params);
    const value = text(fields['value']);
    if (key === '' || value === null) throw invalid({ Value: 'The Value field is required.' });
    if (mustExist && !secrets.has(key)) throw noSuch('secret', key);
    if (!mustExist && secrets.has(key)) throw refusal(409, `Secret already exists: ${key}`);
    secrets.set(key, value);
    return EMPTY;
  };

const remove: Handler = ({ installation, params }) => {
  if (!installation.ledger.secrets.delete(keyOf(params))) throw noSuch('secret', keyOf(params));
  return EMPTY;
};

/** What is directly below a folder; folders below it end with a slash. */
const list: Handler = ({ installation, params }) => {
  const given = keyOf(params);
  const folder = given === '' || given.endsWith('/') ? given : `${given}/`;
  const below = [...installation.ledger.secrets.keys()]
    .filter((key) => key.startsWith(folder))
    .map((key) => /^[^/]*\/?/.exec(key.slice(folder.length))?.[0] ?? '');
  if (below.length === 0 && given !== '') throw noSuch('secret', given);
  return json({ keys: [...new Set(below)].sort() });
};

/** Secrets have keys with slashes: the rest of the path is the key. PUT creates, PATCH changes. */
export const secretRoutes: RouteTable = {
  'GET /secrets-manager/data/{key...}': show,
  'PUT /secrets-manager/data/{key...}': write(false),
  'PATCH /secrets-manager/data/{key...}': write(true),
  'DELETE /secrets-manager/data/{key...}': remove,
  'GET /secrets-manager/search/{key...}': list,
};
