import { describe, expect, it } from 'vitest';
import { requestOf } from '../../../../test/support/charity-engine-acting.ts';
import { setUp } from '../../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobSpec } from '../../../model/job-spec.ts';
import { bytes } from '../../../model/units.ts';
import type { SubmitRequest } from '../../acting.ts';
import { quoted } from './command-line.ts';

const MIB = 2 ** 20;
const HOUR = 3_600_000;
const NO_RESOURCES = requestOf().spec.resources;

function judge(request: SubmitRequest, settings: object = {}): Record<string, string> {
  const { service, adapter } = setUp(settings);
  const { verdicts } = adapter.acting!.plan(request);
  for (const { verdict, reason } of verdicts) expect(reason === null).toBe(verdict === 'HONOURED');
  expect(service.calls).toEqual([]);
  return Object.fromEntries(verdicts.map(({ path, verdict }) => [path.join('.'), verdict]));
}

const url = (text: string) => ({ type: 'URL' as const, url: text });
const input = (path: string, source: JobSpec['inputs'][number]['source'] = url('https://files.example/a')) => ({ path, source }); // prettier-ignore
const output = (path: string, destination: JobSpec['outputs'][number]['destination'] = null) => ({ name: 'out', path, destination }); // prettier-ignore
const resources = (more: Partial<JobSpec['resources']>) => ({ resources: { ...NO_RESOURCES, ...more } });

describe('the plan', () => {
  it.each<[Partial<JobSpec>, Record<string, string>]>([
    [{}, { 'spec.name': 'TRANSLATED', 'spec.image': 'HONOURED', 'spec.command': 'TRANSLATED' }],
    [{ jobKind: 'BATCH' }, { 'spec.jobKind': 'HONOURED' }],
    [{ jobKind: 'SERVICE' }, { 'spec.jobKind': 'REFUSED' }],
    [{ image: 'a b' }, { 'spec.image': 'REFUSED' }],
    [{ image: null }, { 'spec.image': 'REFUSED' }],
    [{ image: null, app: 'charityengine:wolframengine' }, { 'spec.app': 'HONOURED' }],
    [{ image: null, app: 'wolframengine' }, { 'spec.app': 'REFUSED' }],
    [{ image: null, app: 'charityengine: ' }, { 'spec.app': 'REFUSED' }],
    [{ app: 'charityengine:wolframengine' }, { 'spec.image': 'HONOURED', 'spec.app': 'REFUSED' }],
    [{ command: [] }, { 'spec.command': 'REFUSED' }],
    [{ command: [], args: ['x'] }, { 'spec.args': 'REFUSED' }],
    [{ image: null, app: 'x:y', command: [], args: ['x'] }, { 'spec.args': 'TRANSLATED' }],
    [{ command: ['a'], args: ['b'] }, { 'spec.command': 'TRANSLATED', 'spec.args': 'TRANSLATED' }],
    [{ command: ['a\0'] }, { 'spec.command': 'REFUSED' }],
    [{ image: null, app: 'x:text-inference', command: ['{"inputs":["hi"]}'] }, { 'spec.command': 'HONOURED' }],
    [{ image: null, app: 'x:text-inference', command: [], args: ['{"inputs":["hi"]}'] }, { 'spec.args': 'HONOURED' }],
    [{ image: null, app: 'x:text-inference', command: ["{'inputs':['hi']}"] }, { 'spec.command': 'REFUSED' }],
    [{ image: null, app: 'x:text-inference', command: ['a', 'b'] }, { 'spec.command': 'REFUSED' }],
    [{ image: 'acme/x:text-inference', command: ['a', 'b'] }, { 'spec.command': 'TRANSLATED' }],
    [{ workingDirectory: '/data' }, { 'spec.workingDirectory': 'REFUSED' }],
    [{ env: [{ name: 'A', value: 's3cret' }] }, { 'spec.env': 'REFUSED' }],
    [{ secretEnv: [{ name: 'A', secret: 's', key: null }] }, { 'spec.secretEnv': 'REFUSED' }],
    [resources({ cpuMillis: 2000 }), { 'spec.resources.cpuMillis': 'HONOURED' }],
    [resources({ cpuMillis: 1500 }), { 'spec.resources.cpuMillis': 'TRANSLATED' }],
    [resources({ cpuMillis: 0 }), { 'spec.resources.cpuMillis': 'TRANSLATED' }],
    [resources({ memoryBytes: bytes(512 * MIB) }), { 'spec.resources.memoryBytes': 'HONOURED' }],
    [resources({ memoryBytes: bytes(512 * MIB + 1) }), { 'spec.resources.memoryBytes': 'TRANSLATED' }],
    [resources({ diskBytes: bytes(3 * MIB) }), { 'spec.resources.diskBytes': 'HONOURED' }],
    [resources({ diskBytes: bytes(1e9) }), { 'spec.resources.diskBytes': 'TRANSLATED' }],
    [resources({ gpuMillis: 0 }), { 'spec.resources.gpuMillis': 'HONOURED' }],
    [resources({ gpuMillis: 500 }), { 'spec.resources.gpuMillis': 'REFUSED' }],
    [resources({ gpuModel: 'A100' }), { 'spec.resources.gpuModel': 'REFUSED' }],
    [{ inputs: [input('a.txt'), input('/local/input/b c.txt')] }, { 'spec.inputs.0': 'HONOURED', 'spec.inputs.1': 'HONOURED' }],
    [{ inputs: [input('a.txt'), input('a.txt')] }, { 'spec.inputs.1.path': 'REFUSED' }],
    [{ inputs: [input('/data/a')] }, { 'spec.inputs.0.path': 'REFUSED' }],
    [{ inputs: [input('../a')] }, { 'spec.inputs.0.path': 'REFUSED' }],
    [{ inputs: [input('..')] }, { 'spec.inputs.0.path': 'REFUSED' }],
    [{ inputs: [input('a\\b')] }, { 'spec.inputs.0.path': 'REFUSED' }],
    [{ inputs: [input(' ')] }, { 'spec.inputs.0.path': 'REFUSED' }],
    [{ inputs: [input('a', url('ftp://files.example/a'))] }, { 'spec.inputs.0.source.url': 'REFUSED' }],
    [{ inputs: [input('a', url('https://me:pw@files.example/a'))] }, { 'spec.inputs.0.source.url': 'REFUSED' }],
    [{ inputs: [input('a', url('/a'))] }, { 'spec.inputs.0.source.url': 'REFUSED' }],
    [{ inputs: [input('a', { type: 'INLINE', text: 'x' })] }, { 'spec.inputs.0.source': 'REFUSED' }],
    [{ inputs: [input('a', { type: 'IPFS', cid: 'x' })] }, { 'spec.inputs.0.source': 'REFUSED' }],
    [{ outputs: [output('/local/output'), output('output/x.csv')] }, { 'spec.outputs.0': 'TRANSLATED', 'spec.outputs.1': 'TRANSLATED' }],
    [{ outputs: [output('/outputs')] }, { 'spec.outputs.0.path': 'REFUSED' }],
    [{ outputs: [output('/local/output/../../etc')] }, { 'spec.outputs.0.path': 'REFUSED' }],
    [{ outputs: [output('/local/output', { type: 'IPFS' })] }, { 'spec.outputs.0.destination': 'REFUSED' }],
    [{ executionTimeoutMs: 2 * HOUR }, { 'spec.executionTimeoutMs': 'HONOURED' }],
    [{ executionTimeoutMs: 1 }, { 'spec.executionTimeoutMs': 'TRANSLATED' }],
    [{ executionTimeoutMs: 8 * HOUR + 1 }, { 'spec.executionTimeoutMs': 'REFUSED' }],
    [{ queueTimeoutMs: 1 }, { 'spec.queueTimeoutMs': 'IGNORED' }],
    [{ maxRetries: 3 }, { 'spec.maxRetries': 'IGNORED' }],
    [{ count: 1 }, { 'spec.count': 'HONOURED' }],
    [{ count: 2 }, { 'spec.count': 'REFUSED' }],
    [{ labels: [{ key: 'team', value: 'nlp' }] }, { 'spec.labels': 'TRANSLATED' }],
    [{ priority: 5 }, { 'spec.priority': 'IGNORED' }],
  ])('of %j', (spec, expected) => {
    expect(judge(requestOf(spec))).toMatchObject(expected);
  }); // prettier-ignore

  it('judges every field that is given, and no other', () => {
    expect(judge(requestOf({ count: 3 }, { project: 'Lab' as NativeKey }), { account: 'Lab', copiesField: 'copies' })).toEqual({
      project: 'HONOURED',
      'spec.name': 'TRANSLATED',
      'spec.image': 'HONOURED',
      'spec.command': 'TRANSLATED',
      'spec.count': 'TRANSLATED',
    }); // prettier-ignore
    expect(judge(requestOf({}, { project: 'other' as NativeKey }))).toMatchObject({ project: 'REFUSED' });
    expect(judge(requestOf({ count: 11 }), { maxKnownJobs: 10, copiesField: 'n' })).toMatchObject({ 'spec.count': 'REFUSED' }); // prettier-ignore
    expect(judge(requestOf({ executionTimeoutMs: 20 * HOUR }), { maxHours: 24 })).toMatchObject({ 'spec.executionTimeoutMs': 'HONOURED' }); // prettier-ignore
  });

  it.each<[Partial<JobSpec>, object, Record<string, string>]>([
    [{ command: [] }, { commandLine: 'a > /local/output/b' }, { 'extensions.charityEngine.commandLine': 'HONOURED' }],
    [{}, { commandLine: 'a' }, { 'spec.command': 'REFUSED', 'extensions.charityEngine.commandLine': 'HONOURED' }],
    [{ image: null, app: 'x:text-inference', command: [] }, { commandLine: '{"inputs":["q"]}', tag: 'gemma:2b' }, { 'extensions.charityEngine.commandLine': 'HONOURED', 'extensions.charityEngine.tag': 'HONOURED' }],
    [{ image: null, app: 'x:text-inference', command: [] }, { commandLine: '{}' }, { 'extensions.charityEngine.commandLine': 'REFUSED' }],
    [{}, { imageArchiveUrl: 'https://files.example/i.tar?sig=x' }, { 'extensions.charityEngine.imageArchiveUrl': 'HONOURED' }],
    [{}, { imageArchiveUrl: 'https://u:p@files.example/i.tar' }, { 'extensions.charityEngine.imageArchiveUrl': 'REFUSED' }],
    [{ image: null, app: 'x:y' }, { imageArchiveUrl: 'https://files.example/i.tar' }, { 'extensions.charityEngine.imageArchiveUrl': 'REFUSED' }],
    [{}, { tag: null, commandLine: undefined, imageArchiveUrl: '' }, { 'spec.command': 'TRANSLATED' }],
  ])('of %j with %j', (spec, extension, expected) => {
    expect(judge(requestOf(spec, { extension }))).toMatchObject(expected);
  }); // prettier-ignore

  it('never tells a value of the environment, and says what was chosen', () => {
    const { adapter } = setUp({ maxHours: 6 });
    const plan = adapter.acting!.plan(requestOf({ env: [{ name: 'KEY', value: 's3cret-value' }] }));
    expect(JSON.stringify(plan)).not.toContain('s3cret-value');
    expect(plan.notes.join('\n')).toMatch(/2 virtual CPUs, 2048 MB of memory, 4096 MB of disk[^]*6 hours/);
  });
});

describe('a word of the command line', () => {
  it.each([
    ['python', 'python'],
    ['--from=4', "'--from=4'"],
    ['a b', "'a b'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
    ['$HOME', "'$HOME'"],
    ['a;b', "'a;b'"],
    ['~', "'~'"],
    ['if', "'if'"],
    ['A=b', "'A=b'"],
    ['x\ny', "'x\ny'"],
    ['/local/input/a-b_c.py', '/local/input/a-b_c.py'],
  ])('%j is written %s', (word, text) => {
    expect(quoted(word)).toBe(text);
  });
});
