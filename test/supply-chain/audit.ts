import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readAuditReport, type Weakness } from './audit-report.ts';
import { judge, readExceptions } from './audit-verdict.ts';
import { isForProduction, lockedPackages } from './lockfile.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXCEPTIONS = 'docs/audit-exceptions.json';
const TIMEOUT_MS = 120_000;

/** What npm prints to standard output; it ends with 1 for findings, and for trouble. */
function askNpm(): Promise<string> {
  const args = ['audit', '--json', '--fetch-retries=1', '--fetch-timeout=30000'];
  return new Promise((resolve) => {
    const options = { cwd: ROOT, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile('npm', args, options, (_error, stdout) => resolve(stdout));
  });
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function spelled({ id, package: name, severity, title, range, places }: Weakness): string {
  const packages = lockedPackages();
  const locked = packages.filter(({ path }) => places.includes(path));
  const where = places.length > 0 && !locked.some(isForProduction) ? 'tools alone' : 'production';
  return `  ${id}  ${name} ${range}  ${severity}, ${where}: ${title}`;
}

function list(head: string, weaknesses: readonly Weakness[]): void {
  if (weaknesses.length > 0) say([head, ...weaknesses.map(spelled)].join('\n'));
}

const exceptions = readExceptions(readFileSync(`${ROOT}/${EXCEPTIONS}`, 'utf8'));
const report = readAuditReport(await askNpm());
if (report.kind === 'UNUSABLE') {
  say(`npm audit: ${report.why}.`);
  process.exitCode = 1;
} else if (report.kind === 'UNAVAILABLE') {
  say('!'.repeat(78));
  say(`!! NOT AUDITED: ${report.why}. Nothing is known about published weaknesses`);
  say('!! of the dependencies. Run "npm run audit" where the registry answers.');
  say('!'.repeat(78));
} else {
  const { unexplained, expired, explained, idle } = judge(
    report.weaknesses,
    exceptions,
    new Date().toISOString().slice(0, 10),
  );
  list('Weaknesses that nobody has explained:', unexplained);
  list(`Weaknesses whose explanation in ${EXCEPTIONS} has run out:`, expired);
  list(`Weaknesses that ${EXCEPTIONS} explains:`, explained);
  for (const { id, package: name } of idle)
    say(`${EXCEPTIONS}: ${id} (${name}) can go, it is not found any more.`);
  say(`npm audit: ${String(report.weaknesses.length)} found, ${String(explained.length)} explained.`);
  if (unexplained.length + expired.length > 0) {
    say(`Update what has them, or say in ${EXCEPTIONS} why they do not matter here, and until when.`);
    process.exitCode = 1;
  }
}
