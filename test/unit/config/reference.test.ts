import { describe, expect, it } from 'vitest';
import { listFields, variableOf } from '../../../src/config/fields.ts';
import { renderReference } from '../../../src/config/reference.ts';
import { expectGenerated } from '../../support/generated-part.ts';

describe('the reference of the configuration', () => {
  it('in the README is what the schema says (UPDATE_DOCS=1 brings it up to date)', () => {
    expectGenerated('src/config/README.md', 'fields', renderReference());
  });

  it('describes every field', () => {
    for (const { path, description } of listFields()) expect(description, path.join('.')).not.toBe('');
  });

  it('gives every field a variable of its own', () => {
    const variables = listFields().map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variableOf(['kafka', 'sessionTimeoutMs'])).toBe('TACT_KAFKA_SESSION_TIMEOUT_MS');
  });

  it('bounds every number and names its unit', () => {
    const numbers = listFields().filter(({ type }) => type === 'integer');
    expect(numbers.length).toBeGreaterThan(15);
    for (const { path, min, max, unit } of numbers) {
      const name = path.join('.');
      expect(min, name).toBeDefined();
      expect(max, name).toBeDefined();
      expect(/(Ms|Bytes\w*)$/.test(name), name).toBe(unit !== undefined);
    }
  });

  it('marks every field that holds a secret', () => {
    const secrets = listFields().filter(({ secret }) => secret);
    expect(secrets.map(({ path }) => path.join('.'))).toEqual([
      'kafka.sasl.password',
      'redis.url',
      'redis.sentinel.password',
      'redis.password',
      'registry.url',
      'registry.password',
      'customerKey.secret',
    ]);
  });
});
