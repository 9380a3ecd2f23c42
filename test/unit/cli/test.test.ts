import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { cli } from './fakes.ts';

const POLICY = `apiVersion: tact/v1
name: shop
enforce: true
timezone: Europe/Berlin
channels: { email: {} }
classes: { marketing: { default: true } }
rules:
  - { id: once, duplicate: {} }
  - { id: consent, consent: { require: opt-out } }
  - { id: weekly, cap: { limit: 2, window: 7d } }
`;
const HEAD = 'policy: ../shop.yaml\nstart: 2026-03-10T12:00:00+01:00\ntests:\n';
const GREEN = `${HEAD}  - name: one more goes out
    history: [{ at: -1d, sent: { channel: email } }]
    message: { channel: email }
    expect: { outcome: cleared }
`;
const RED = `${HEAD}  - name: a third one waits
    history: [{ at: [-6d, -2d], sent: { channel: email } }]
    message: { channel: email }
    expect: { outcome: cleared, nextEligibleAt: +1h }
  - name: the first goes out
    message: { channel: email }
    expect: { outcome: cleared }
`;

describe('tact test', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tact-policy-tests-'));
    for (const each of ['green', 'red', 'wrong', 'nothing', '.hidden']) mkdirSync(file(each));
    writeFileSync(file('shop.yaml'), POLICY);
    writeFileSync(file('green/a.tests.yaml'), GREEN);
    writeFileSync(file('.hidden/a.tests.yaml'), RED);
    writeFileSync(file('red/b.tests.yaml'), RED);
    writeFileSync(file('wrong/c.tests.yaml'), GREEN.replace('message:', 'mesage:'));
    writeFileSync(file('wrong/d.tests.yaml'), GREEN.replace('../shop.yaml', 'none.yaml'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is green where every decision is as expected', async () => {
    const { code, out } = await cli(['test', file('green')]);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(
      /✓ .*a\.tests\.yaml: shop@[0-9a-f]{12}, 1 of 1 test as expected\n1 of 1 test as expected\.\n$/,
    );
  });

  it('is red with what was expected, what came instead, and why', async () => {
    const { code, out } = await cli(['test', file('red/b.tests.yaml')]);
    expect(code).toBe(EXIT.failed);
    expect(out.split('\n').slice(0, 8)).toEqual([
      `✗ ${file('red/b.tests.yaml')}:4:11 a third one waits`,
      '    line 7: asked Tue 10 Mar, 12:00 (start), clock of Europe/Berlin',
      '      field           expected                 got',
      '      outcome         cleared                  suppressed',
      '      nextEligibleAt  Tue 10 Mar, 13:00 (+1h)  Wed 11 Mar, 12:00 (+1d)',
      expect.stringMatching(/^ {6}Stopped by rule “weekly”: 2 of 2 in the last 7 days already used\./),
      '',
      expect.stringMatching(/^✗ .*b\.tests\.yaml: shop@[0-9a-f]{12}, 1 of 2 tests as expected$/),
    ]);
    expect(out).toContain('1 of 2 tests as expected, 1 not.');
  });

  it('names every error of a file with its place, and runs the others', async () => {
    const { code, out } = await cli(['test', folder]);
    expect(code).toBe(EXIT.invalid);
    expect(out).toMatch(/c\.tests\.yaml:6:5 error tests\[0\]\.mesage: unknown key mesage/);
    expect(out).toContain('did you mean message?');
    expect(out).toMatch(/d\.tests\.yaml:1:9 error policy: cannot read the policy none\.yaml/);
    expect(out).toContain('2 of 3 tests as expected, 1 not, 2 files with errors.');
    expect(out).not.toContain('.hidden');
  });

  it('says that a policy has errors, and how to see them', async () => {
    writeFileSync(file('broken.yaml'), POLICY.replace('limit: 2', 'limit: x'));
    writeFileSync(file('wrong/e.tests.yaml'), GREEN.replace('../shop.yaml', '../broken.yaml'));
    const { code, out } = await cli(['test', file('wrong/e.tests.yaml')]);
    expect(code).toBe(EXIT.invalid);
    expect(out).toContain('the policy ../broken.yaml has 1 error; tact check --policy lists them');
  });

  it('tells machines the same with --json', async () => {
    const { code, out } = await cli(['test', file('red'), file('green'), '--json']);
    expect(code).toBe(EXIT.failed);
    const { files, ...summary } = JSON.parse(out);
    expect(summary).toEqual({ ok: false, passed: 2, failed: 1 });
    expect(files[0]).toMatchObject({
      file: file('red/b.tests.yaml'),
      policy: expect.stringMatching(/^shop@/),
      problems: [],
    });
    expect(files[0].tests[0]).toMatchObject({ name: 'a third one waits', line: 4, ok: false });
    expect(files[0].tests[0].checks[0].differences).toEqual([
      { field: 'outcome', expected: 'cleared', got: 'suppressed' },
      { field: 'nextEligibleAt', expected: '2026-03-10T12:00:00.000Z', got: '2026-03-11T11:00:00.000Z' },
    ]);
    expect(files[1].tests.map(({ ok }: { ok: boolean }) => ok)).toEqual([true]);
  });

  it.each([
    ['a folder without tests', () => file('nothing'), 'ends in .tests.yaml'],
    ['what is not there', () => file('gone'), 'there is no such file or folder'],
  ])('refuses %s', async (_name, path, message) => {
    const { code, said } = await cli(['test', path()]);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain(message);
  });
});
