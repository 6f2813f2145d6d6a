import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with one plain line: how many tests passed, failed and were skipped; before it, those that failed first. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky: string[] = [];
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.diagnostic()?.flaky === true) flaky.push(test.fullName);
      }
      // A file that could not even be loaded has no tests to fail.
      if (module.errors().length > 0) count.failed += 1;
    }
    if (flaky.length > 0) {
      process.stdout.write(`\npassed only when repeated:\n${flaky.map((name) => `  ${name}\n`).join('')}`);
    }
    const { passed, failed, skipped } = count;
    process.stdout.write(
      `\n${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped\n`,
    );
  }
}
