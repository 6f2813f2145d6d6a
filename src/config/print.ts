import { Document, type Scalar, type YAMLMap } from 'yaml';
import { redact } from '../upstream/redact.ts';
import { authEntry } from './auth-print.ts';
import type { ConfiguredProvider, LoadedConfig, SecretOrigin } from './config.ts';
import { echoFile, echoVariable } from './echo.ts';
import { SECRET_MASK } from './secret.ts';

const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

/** A place that was read is known to be a place; one that was not may be a secret pasted in the wrong spot. */
function origin({ from }: SecretOrigin, read: boolean): string {
  if ('env' in from) {
    const name = read ? from.env : echoVariable(from.env);
    return name === null ? 'from an environment variable' : `from environment variable ${name}`;
  }
  const path = read ? from.file : echoFile(from.file);
  return path === null ? 'from a file' : `from file ${path}`;
}

function masked(secrets: readonly SecretOrigin[]): object {
  return Object.fromEntries(secrets.map(({ member }) => [member, SECRET_MASK]));
}

function providerEntry(provider: ConfiguredProvider): object {
  const { key, kind, name, enabled, upstream, settings, secrets, callbackSource, accessSource } = provider;
  const { provider: _key, baseUrl, credential: _credential, tokenUrl: _tokenUrl, ...calls } = upstream;
  return {
    key,
    kind: kind.kind,
    name,
    url: baseUrl.href,
    enabled,
    ...(secrets.length === 0 ? {} : { credential: masked(secrets) }),
    ...(accessSource.tenants === null
      ? {}
      : {
          tenants: Object.fromEntries(
            [...accessSource.tenants].map(([tenant, kept]) => [tenant, masked(kept)]),
          ),
        }),
    ...(accessSource.headers === null ? {} : { callerCredential: { headers: accessSource.headers } }),
    ...calls,
    // A kind's settings are no place for secrets; what looks like one is masked all the same.
    settings: redact(settings ?? {}),
    ...(callbackSource === null
      ? {}
      : {
          callback: {
            user: callbackSource.user,
            password: SECRET_MASK,
            answer: redact(callbackSource.answer),
          },
        }),
  };
}

function comment(document: Document, path: readonly (string | number)[], text: string): void {
  const node = document.getIn(path, true) as Scalar | undefined;
  if (node !== undefined) node.comment = ` ${oneLine(text)}`;
}

function title({ source }: LoadedConfig): string {
  if (source.kind === 'none') return 'Effective configuration without a file: the sandbox';
  return `Effective configuration, from ${source.kind === 'file' ? source.path : source.name}`;
}

/** The configuration as it is in effect, as YAML: every default written out, every secret a mask with its origin. */
export function printConfig(config: LoadedConfig): string {
  const { server, limits, operations, log, metrics, data, act, audit, live, auth } = config;
  const { sandbox, providers, overrides } = config;
  const document = new Document({
    server,
    ...(sandbox === null ? { providers: providers.map(providerEntry) } : { sandbox }),
    limits,
    operations: { ...operations, manifests: operations.manifests.map(({ file }) => file) },
    log,
    metrics,
    data,
    act,
    audit,
    live,
    ...(auth === null ? {} : { auth: authEntry(auth) }),
  });
  document.commentBefore = ` ${oneLine(title(config))}`;
  for (const [path, variable] of overrides) {
    comment(document, path.split('.'), `from environment variable ${variable}`);
  }
  for (const [i, { secrets, enabled, callbackSource, accessSource }] of providers.entries()) {
    const tell = (secret: SecretOrigin, ...section: readonly string[]): void => {
      const unread = enabled ? '' : ', not read: the provider is disabled';
      comment(document, ['providers', i, ...section, secret.member], `${origin(secret, enabled)}${unread}`);
    };
    for (const secret of secrets) tell(secret, 'credential');
    for (const [tenant, kept] of accessSource.tenants ?? []) {
      for (const secret of kept) tell(secret, 'tenants', tenant);
    }
    if (callbackSource !== null) tell(callbackSource.password, 'callback');
  }
  for (const [i, { hashFrom }] of (auth?.apiKeys ?? []).entries()) {
    if (hashFrom === null) continue;
    comment(document, ['auth', 'apiKeys', i, 'hash'], origin({ member: 'hash', from: hashFrom }, true));
  }
  for (const section of (document.contents as YAMLMap).items.slice(1)) {
    (section.key as Scalar).spaceBefore = true;
  }
  return document.toString({ lineWidth: 0 });
}
