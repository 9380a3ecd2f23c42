import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { cli } from './fakes.ts';

const COMMANDS = ['demo', 'replay', 'check', 'test', 'run', 'status', 'topics', 'produce', 'tail', 'shard'];

describe('the command line', () => {
  it('shows its help on standard output when nothing is asked for, examples first', async () => {
    const { code, out, said } = await cli([]);
    expect(code).toBe(EXIT.ok);
    expect(out.startsWith('Examples:')).toBe(true);
    for (const command of COMMANDS) expect(out).toContain(`\n  ${command}`);
    expect(said).toBe('');
  });

  it.each(COMMANDS)('begins the help of %s with examples', async (command) => {
    const { code, out } = await cli([command, '--help']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(new RegExp(`^Examples:\\n  tact ${command}`));
    expect(out).toContain('Usage: tact');
  });

  it('suggests what was meant', async () => {
    const command = await cli(['stauts']);
    expect(command.code).toBe(EXIT.usage);
    expect(command.said).toContain('Did you mean status?');
    const option = await cli(['demo', '--sed', '1']);
    expect(option.code).toBe(EXIT.usage);
    expect(option.said).toContain('Did you mean --seed?');
  });

  it.each([
    ['demo', '--customers', '0'],
    ['demo', '--customers', '1e3'],
    ['demo', '--date', 'tomorrow'],
    ['demo', 'surplus'],
    ['tail'],
    ['tail', 'everything'],
    ['replay'],
    ['shard', 'adopt', '3'],
    ['shard', 'adopt', '3', '--from', 'somewhere'],
    ['produce', 'file', '--generate', '5'],
    ['produce', '--dry-run'],
  ])('refuses: %s %s %s', async (...args) => {
    const { code, out, said } = await cli(args);
    expect(code).toBe(EXIT.usage);
    expect(out).toBe('');
    expect(said).toContain('error: ');
  });

  it('prints the version of the package', async () => {
    expect((await cli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('exitCodeOf', () => {
  it('tells invalid input from unreachable dependencies from the unexpected', () => {
    const of = (code: ConstructorParameters<typeof TactError>[0]) => exitCodeOf(new TactError(code, 'x'));
    expect(of('usage')).toBe(2);
    expect(of('invalid-config')).toBe(3);
    expect(of('invalid-policy')).toBe(3);
    expect(of('kafka-unreachable')).toBe(6);
    expect(of('redis-unreachable')).toBe(6);
    expect(of('registry-unreachable')).toBe(6);
    expect(of('log-inconsistent')).toBe(1);
    expect(exitCodeOf(new Error('x'))).toBe(1);
  });
});
