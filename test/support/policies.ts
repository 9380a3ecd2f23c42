import type { Policy } from '../../src/decide/policy.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';

/** A policy for a test, from the text of its rules; fails with its problems when it has any. */
export function policyOf(rules: string, head = ''): Policy {
  const text = `apiVersion: tact/v1
name: test
enforce: true
timezone: UTC
channels: { email: {}, sms: {}, push: {} }
classes: { marketing: { default: true } }
${head}
${rules === '' ? '' : `rules:\n${rules}`}`;
  const parsed = parsePolicy(text, 'test.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.policy;
}

/** A policy as its file has it, the rules from line 7 on. */
export function policyText(rules: readonly string[], enforce = true): string {
  const head = [
    'apiVersion: tact/v1',
    'name: test',
    `enforce: ${enforce}`,
    'channels: { email: {}, push: {} }',
  ];
  const classes = 'classes: { marketing: { default: true } }';
  return `${[...head, classes, 'rules:', ...rules.map((rule) => `  - ${rule}`)].join('\n')}\n`;
}
