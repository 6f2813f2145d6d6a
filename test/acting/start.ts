import { afterAll, beforeAll } from 'vitest';
import { startTestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { ActingClient } from './acting-client.ts';

/** A world in which nothing happens but what a test does. */
export const STILL = { arrivalMs: 0, nodeUpMs: 0, jobsPerSite: 6 } as const;

/** One gateway over a still world for the tests of a block; ask for the client when a test runs. */
export function actingGateway(options: TestGatewayOptions = {}): () => ActingClient {
  let client: ActingClient | null = null;
  beforeAll(async () => {
    client = new ActingClient(await startTestGateway({ sandbox: STILL, ...options }));
  });
  afterAll(() => client?.gateway.close());
  return () => {
    if (client === null) throw new Error('the gateway has not started');
    return client;
  };
}
