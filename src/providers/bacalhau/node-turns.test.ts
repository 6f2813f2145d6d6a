import { describe, expect, it } from 'vitest';
import { NodeTurns } from './node-turns.ts';

const NEVER = new Promise<never>(() => {});

describe('NodeTurns', () => {
  it('gives turns of one node in the order asked for, and of another at once', async () => {
    const turns = new NodeTurns();
    const order: string[] = [];
    const first = await turns.take('n-1', 0, NEVER);
    const later = ['b', 'c'].map(async (name) => {
      const release = await turns.take('n-1', 5000, NEVER);
      order.push(name);
      release?.();
    });
    (await turns.take('n-2', 0, NEVER))?.();
    order.push('other node');
    first?.();
    await Promise.all(later);
    expect(order).toEqual(['other node', 'b', 'c']);
    expect(await turns.take('n-1', 0, NEVER)).not.toBeNull();
  });

  it('lets nobody wait longer than they can, nor who stands behind them go before their turn', async () => {
    const turns = new NodeTurns();
    const first = await turns.take('n-1', 0, NEVER);
    const impatient = turns.take('n-1', 1, NEVER);
    const gone = turns.take('n-1', 5000, Promise.resolve());
    let served = false;
    const patient = turns.take('n-1', 5000, NEVER).then((release) => {
      served = true;
      return release;
    });
    expect(await impatient).toBeNull();
    expect(await gone).toBeNull();
    expect(served).toBe(false);
    first?.();
    expect(await patient).not.toBeNull();
  });
});
