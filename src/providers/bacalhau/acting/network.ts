import { isIP } from 'node:net';
import type { JobNetwork, NetworkType } from '../extension.ts';
import type { TaskToSend } from './job-to-send.ts';
import { isBefore, isSince, NETWORK_DEFAULT, type Release } from './release.ts';
import type { Verdicts } from '../../verdicts.ts';

const NEW: Readonly<Record<NetworkType, string>> = {
  DEFAULT: 'Default',
  NONE: 'None',
  HOST: 'Host',
  HTTP: 'HTTP',
  BRIDGE: 'Bridge',
};
const OLD: Readonly<Partial<Record<NetworkType, string>>> = { NONE: 'None', HOST: 'Full', HTTP: 'HTTP' };

/** The server finds a domain anywhere in the text; a whole one is asked for here. */
const DOMAIN = /^\.?(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$/;

/** Said outright, so that a job does not depend on a version's default; not when the version is not known. */
export function networkOf(network: JobNetwork | null, release: Release): TaskToSend['Network'] {
  if (network === null) {
    if (release === null) return {};
    return { Type: isSince(release, NETWORK_DEFAULT) ? 'Default' : 'None' };
  }
  const words = isBefore(release, NETWORK_DEFAULT) ? OLD : NEW;
  // Refused with capitals, although the server itself would lower them (seen on 1.9.3).
  const domains = (network.domains ?? []).map((domain) => domain.toLowerCase());
  return { Type: words[network.type] ?? 'None', ...(domains.length === 0 ? {} : { Domains: domains }) };
}

export function judgeNetwork({ type, domains }: JobNetwork, release: Release, verdicts: Verdicts): void {
  const at = ['extensions', 'bacalhau', 'network'] as const;
  if (isBefore(release, NETWORK_DEFAULT) && OLD[type] === undefined) {
    verdicts.refused([...at, 'type'], 'From Bacalhau 1.7 on; this server is older.');
  } else if (isBefore(release, NETWORK_DEFAULT) && type === 'HOST') {
    verdicts.translated([...at, 'type'], 'Called Full before Bacalhau 1.7.');
  } else {
    verdicts.honoured([...at, 'type']);
  }
  for (const [i, domain] of (domains ?? []).entries()) {
    verdicts.judge([...at, 'domains', i], domainProblem(type, domain));
  }
}

function domainProblem(type: NetworkType, domain: string): string | null {
  if (type !== 'HTTP') return 'Only the type HTTP has domains.';
  return DOMAIN.test(domain.toLowerCase()) || isIP(domain) !== 0
    ? null
    : 'This is no domain and no IP address.';
}
