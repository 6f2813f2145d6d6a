import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAuditReport, type Weakness } from './audit-report.ts';
import { judge, readExceptions } from './audit-verdict.ts';

const ID = 'GHSA-aaaa-bbbb-cccc';

/** As npm 10 and 11 print it. */
const REPORT = {
  auditReportVersion: 2,
  vulnerabilities: {
    leaf: {
      name: 'leaf',
      severity: 'high',
      isDirect: false,
      via: [
        {
          source: 1_099_001,
          name: 'leaf',
          dependency: 'leaf',
          title: 'It leaks',
          url: `https://example.org/advisories/${ID}`,
          severity: 'high',
          cwe: ['CWE-200'],
          cvss: { score: 7.5, vectorString: null },
          range: '<1.2.3',
        },
      ],
      effects: ['branch'],
      range: '<1.2.3',
      nodes: ['node_modules/branch/node_modules/leaf'],
      fixAvailable: true,
    },
    branch: { name: 'branch', severity: 'high', isDirect: true, via: ['leaf'], effects: [], range: '*', nodes: ['node_modules/branch'], fixAvailable: true }, // prettier-ignore
  },
  metadata: { vulnerabilities: { high: 2, total: 2 } },
};

const WEAKNESS: Weakness = {
  id: ID,
  package: 'leaf',
  severity: 'high',
  title: 'It leaks',
  range: '<1.2.3',
  places: ['node_modules/branch/node_modules/leaf'],
};

const EXCEPTION = {
  id: ID,
  package: 'leaf',
  why: 'Only reached with a file that the operator wrote, which is trusted anyway.',
  until: '2026-12-31',
};

describe('what npm audit says', () => {
  it('is one weakness for each advisory, however many packages are affected through it', () => {
    expect(readAuditReport(JSON.stringify(REPORT))).toEqual({ kind: 'FOUND', weaknesses: [WEAKNESS] });
  });

  it.each<[string, string, string]>([
    ['nothing found', '{"auditReportVersion":2,"vulnerabilities":{},"metadata":{}}', 'FOUND'],
    ['an endpoint that is not there', '{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":""}}', 'UNAVAILABLE'], // prettier-ignore
    ['no network', '{"message":"request failed, reason: connect ECONNREFUSED","error":{"summary":"","detail":""}}', 'UNAVAILABLE'], // prettier-ignore
    ['nothing at all', '', 'UNAVAILABLE'],
    ['no lockfile', '{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}', 'UNUSABLE'], // prettier-ignore
    ['a report of another form', '{"auditReportVersion":3,"findings":[]}', 'UNUSABLE'],
  ])('is understood: %s', (_what, stdout, kind) => {
    expect(readAuditReport(stdout).kind).toBe(kind);
  });

  it('does not repeat the address of a registry', () => {
    const stdout = JSON.stringify({
      message: '503 - POST https://user:pw@packages.example/',
      statusCode: 503,
    });
    expect(readAuditReport(stdout)).toEqual({ kind: 'UNAVAILABLE', why: 'the registry answered HTTP 503' });
  });
});

describe('a weakness', () => {
  it('that nobody has explained fails', () => {
    expect(judge([WEAKNESS], [], '2026-11-22')).toMatchObject({ unexplained: [WEAKNESS], explained: [] });
  });

  it('may stay until the last day of its explanation, and no longer', () => {
    expect(judge([WEAKNESS], [EXCEPTION], '2026-12-31')).toMatchObject({
      explained: [WEAKNESS],
      expired: [],
    });
    expect(judge([WEAKNESS], [EXCEPTION], '2027-01-01')).toMatchObject({
      explained: [],
      expired: [WEAKNESS],
    });
  });

  it('of another package is not explained by it', () => {
    const verdict = judge([{ ...WEAKNESS, package: 'root' }], [EXCEPTION], '2026-11-22');
    expect(verdict).toMatchObject({ unexplained: [{ package: 'root' }], idle: [EXCEPTION] });
  });
});

describe('the explanations', () => {
  it('that are committed can be read', () => {
    const text = readFileSync(new URL('../../docs/audit-exceptions.json', import.meta.url), 'utf8');
    const ids = readExceptions(text).map(({ id, package: name }) => `${id} ${name}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([{ why: 'later' }, { until: 'never' }, { id: 'CVE' }, { package: '' }])(
    'need all of it: %j',
    (change) => {
      expect(() => readExceptions(JSON.stringify([{ ...EXCEPTION, ...change }]))).toThrow(
        Object.keys(change)[0],
      );
    },
  );
});
