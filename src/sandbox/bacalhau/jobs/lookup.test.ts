import { describe, expect, test } from 'vitest';
import { JOBS, startRig } from '../../../../test/support/bacalhau-emulator.ts';

const ONE = 'j-aaaaaaaa-0000-4000-8000-000000000001';
const TWO = 'j-aaaaaaaa-0000-4000-8000-000000000002';

describe('a job is found', () => {
  test('by name in its namespace, the default one when none is given', async () => {
    const rig = await startRig();
    const here = await rig.submit({ Name: 'train' });
    const there = await rig.submit({ Name: 'train', Namespace: 'research' });
    expect((await rig.job('train')).ID).toBe(here);
    expect((await rig.job('train?namespace=research')).ID).toBe(there);
    expect((await rig.get(`${JOBS}/train?namespace=*`)).status).toBe(404);
  });

  test('by name first: a name may look like another job’s id', async () => {
    const rig = await startRig();
    const other = await rig.submit();
    const named = await rig.submit({ Name: other.slice(0, 10) });
    expect((await rig.job(other.slice(0, 10))).ID).toBe(named);
  });

  test('by id in whatever namespace, and by any unique prefix of it', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Namespace: 'research' });
    for (const text of [id, id.slice(0, -1), id.slice(0, 10), id.slice(0, 4), 'j']) {
      expect((await rig.job(text)).ID).toBe(id);
    }
  });

  test.each([
    ['space name', 'space%20name'],
    ['a:b', 'a:b'],
    ['a+b', 'a+b'],
    ['a@b,c;d=e&f$g', 'a@b,c;d=e&f$g'],
    ['a (b)', 'a%20%28b%29'],
    ['é', '%C3%A9'],
    ['pct%41', 'pct%2541'],
    ['q?x#y', 'q%3Fx%23y'],
    ["it's!", "it's!"],
    ["it's!", 'it%27s%21'],
    ['diff', 'diff'],
  ])('by a name spelled as Go spells it (seen on 1.9.3): %s as %s', async (Name, spelled) => {
    const rig = await startRig();
    const id = await rig.submit({ Name });
    expect((await rig.job(spelled)).ID).toBe(id);
  });
});

describe('a job is not found', () => {
  test('as 404 of the job store', async () => {
    const rig = await startRig();
    for (const id of [
      'j-0badc0de',
      'j-0badc0de-0000-4000-8000-000000000000',
      '0badc0de-0000-4000-8000-000000000000',
    ]) {
      const answer = await rig.get(`${JOBS}/${id}`);
      expect(answer.json()).toMatchObject({
        Status: 404,
        Message: `job not found: ${id}`,
        Code: 'NotFound',
        Component: 'JobStore',
      });
    }
  });

  test.each([
    ['a:b', 'a%3Ab'],
    ['a+b', 'a%2Bb'],
    ['a (b)', 'a%20(b)'],
    ['é', '%c3%a9'],
    ['a/b', 'a%2Fb'],
    ['space name', 'space+name'],
    ['a@b,c;d=e', 'a@b,c%3Bd=e'],
  ])('by a name spelled otherwise (seen on 1.9.3): %s as %s', async (Name, spelled) => {
    const rig = await startRig();
    await rig.submit({ Name });
    const answer = await rig.get(`${JOBS}/${spelled}`);
    expect(answer.json()).toMatchObject({ Status: 404, Message: `job not found: ${spelled}` });
  });

  test('as 500 when a prefix is that of several', async () => {
    const rig = await startRig();
    await rig.submit({ Type: 'service', ID: ONE, Name: 'one' });
    await rig.submit({ Type: 'service', ID: TWO, Name: 'two' });
    const answer = await rig.get(`${JOBS}/j-aaaaaaaa`);
    expect(answer.json()).toMatchObject({
      Status: 500,
      Code: 'MultipleJobsFound',
      Message: 'multiple jobs found for id j-aaaaaaaa',
      Hint: expect.any(String),
    });
    expect((await rig.job(ONE)).Name).toBe('one');
  });

  test('by name before 1.8', async () => {
    const rig = await startRig({ version: '1.7.0' });
    const id = await rig.submit({ Name: 'train' });
    expect((await rig.get(`${JOBS}/train`)).status).toBe(404);
    expect((await rig.job(id.slice(0, 10))).ID).toBe(id);
  });
});
