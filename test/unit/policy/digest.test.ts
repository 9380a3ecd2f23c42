import { expect, test } from 'vitest';
import { policyOf } from '../decide/build.ts';

const base = `
apiVersion: tact/v1
name: a
enforce: true
channels: { email: { aliases: [mail] }, sms: {} }
classes: { marketing: {} }
rules:
  - { id: weekly, for: { channel: email, class: marketing }, cap: { limit: 3, window: 7d } }
`;
const digest = (text: string) => policyOf(text).digest;

test('a digest is twelve hex digits', () => {
  expect(digest(base)).toMatch(/^[0-9a-f]{12}$/);
});

test('policies that decide alike have one digest, however they are written', () => {
  expect(digest(`# a comment\n${base}`)).toBe(digest(base));
  expect(digest(base.replace('window: 7d', 'window: 168h'))).toBe(digest(base));
  expect(digest(base.replace('enforce: true', 'timezone: UTC\nenforce: true'))).toBe(digest(base));
  expect(digest(base.replace('id: weekly,', 'id: weekly, comment: why, mode: enforce,'))).toBe(digest(base));
});

test('policies that decide otherwise have different ones', () => {
  const others = [
    base.replace('limit: 3', 'limit: 4'),
    base.replace('enforce: true', 'enforce: false'),
    base.replace('[mail]', '[mall]'),
    base.replace('id: weekly', 'id: other'),
    base.replace('class: marketing }', 'class: { not: marketing } }'),
    `${base}ceiling: { limit: 9, window: 7d }`,
  ].map(digest);
  expect(new Set([digest(base), ...others]).size).toBe(others.length + 1);
});
