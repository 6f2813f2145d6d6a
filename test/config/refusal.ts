import { ConfigError } from '../../src/config/problem.ts';

/** What a terminal shows of the ConfigError that `load` throws. */
export function refusalOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.toString();
    throw error;
  }
  throw new Error('The configuration was accepted.');
}
