import { expect } from 'vitest';
import { CLOUD, LAB, type Topic } from '../case.ts';
import { changes, namesOf } from '../events.ts';

export const endings: Topic = {
  name: 'the end',
  cases: [
    {
      name: 'a log that is closed refuses everything, and closes once',
      async run(target) {
        const { log } = await target.start();
        const { epoch } = await log.open(LAB);
        await Promise.all([log.close(), log.close()]);
        await log.close();
        const closed = { code: 'INTERNAL', message: expect.stringContaining('closed') as string };
        await expect(log.append(LAB, changes(LAB, 1))).rejects.toMatchObject(closed);
        await expect(log.read(LAB, { epoch, seq: 0 }, 1)).rejects.toMatchObject(closed);
        await expect(log.breakEpoch(LAB)).rejects.toMatchObject(closed);
        await expect(log.open(CLOUD)).rejects.toMatchObject(closed);
        expect(log.window(LAB)).toBeNull();
      },
    },
    {
      name: 'what was appended before the end is carried out and told',
      async run(target) {
        const { log } = await target.start();
        await log.open(LAB);
        const heard: string[] = [];
        log.listen({ appended: (entries) => heard.push(...namesOf(entries)), broken: () => undefined });
        const appended = log.append(LAB, changes(LAB, 3));
        await log.close();
        expect(namesOf(await appended)).toEqual(['1', '2', '3']);
        expect(heard).toEqual(['1', '2', '3']);
      },
    },
  ],
};
