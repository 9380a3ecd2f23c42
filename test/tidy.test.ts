import { beforeAll, describe, expect, it, test } from 'vitest';
import { ERROR_CODES } from '../src/kernel/errors.ts';
import { type Cruise, cruise, cruiseWith, housedPackages, matrix } from './tidy/architecture.ts';
import { brokenLinks, firstTable, writtenCommands, writtenScripts } from './tidy/documents.ts';
import { PLANTED, SOIL } from './tidy/planted.ts';
import { runTool } from './tidy/run.ts';
import { consoleUses, environmentUses, parse, platformUses, writtenTexts } from './tidy/source-facts.ts';
import { listFiles, listRooms, listSources, read } from './tidy/tree.ts';
import { cli } from './unit/cli/fakes.ts';

/** For what spawns a tool: the machine may be busy. */
const TOOL_TIMEOUT_MS = 120_000;
const PURE_ROOMS = ['kernel', 'model', 'rules', 'decide'];
const TOP = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md'],
  ...['src', 'schemas', 'deploy', 'test'],
];

describe('the architecture lint', () => {
  let ours: Cruise;
  let planted: Cruise;
  beforeAll(async () => {
    const files = new Map([...SOIL, ...PLANTED.map(([, file, text]) => [file, text] as const)]);
    [ours, planted] = await Promise.all([cruise(), cruiseWith(files)]);
  }, TOOL_TIMEOUT_MS);

  it('finds nothing', () => {
    expect(ours.violations, 'move the code, or go through a port: see the table in src/README.md').toEqual(
      [],
    );
  });

  it('has seen every file of src', () => {
    const unseen = listSources().filter((file) => !ours.seen.includes(file));
    expect(unseen, 'dependency-cruiser passed these by: is its TypeScript one it can parse?').toEqual([]);
    expect(ours.seen.length).toBeGreaterThan(200);
  });

  it.each(PLANTED)('turns red when %s', (_, file, __, rule) => {
    expect(planted.violations.filter((violation) => violation.startsWith(file)).join('\n')).toMatch(rule);
  });

  it('turns red for nothing else', () => {
    const files = PLANTED.map(([, file]) => file);
    const others = planted.violations.filter((each) => !files.some((file) => each.startsWith(file)));
    expect(others).toEqual(ours.violations);
  });

  it('has rules for every room, as the table in src/README.md says', () => {
    const rules = matrix();
    const how = 'make .dependency-cruiser.cjs and the table in src/README.md say the same';
    expect([...rules.keys()].sort(), how).toEqual(
      listRooms()
        .filter((name) => name !== 'compose')
        .sort(),
    );
    for (const { names, cells } of firstTable(read('src/README.md'))) {
      const said = cells[2] ?? '';
      if (said.startsWith('everything')) continue;
      const known = said === 'nothing' ? [] : said.split(', ');
      for (const room of names)
        expect(rules.get(room.replace('/', '')), `${how}: ${room}`).toEqual(known.sort());
    }
  });

  it('has a home for every package', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const how = 'say with spokenOnlyIn of .dependency-cruiser.cjs in which room the package is spoken';
    expect(housedPackages().sort(), how).toEqual(Object.keys(dependencies).sort());
  });
});

describe('a pure room', () => {
  it.each(PURE_ROOMS)('%s knows no clock, chance, timer, process or network', (room) => {
    const uses = listSources(room).flatMap((file) => platformUses(parse(file, read(file))));
    expect(uses, 'take the value as a parameter; the caller at the edge has it').toEqual([]);
  });

  it.each([
    'export const now = () => Date.now();',
    "export const now = Date['now'];",
    'export const { now } = Date;',
    'export const at = new Date();',
    'export const at = Date();',
    'export const pick = Math.random();',
    'const { random } = Math;',
    "export const id = process['pid'];",
    'export const took = performance.now();',
    'setTimeout(() => undefined, 1);',
    'const clock = { now: globalThis.Date.now };',
    "export const text = 'a' + fetch('x');",
    'export const zone = Intl.DateTimeFormat();',
    'export const now = Temporal.Now.instant();',
  ])('would not get away with %s', (text) => {
    expect(platformUses(parse('planted.ts', text))).toHaveLength(1);
  });

  it('may speak of the clock, and reckon with a time that it was given', () => {
    const text = `
      /** As \`Date.now()\` gives it; never Math.random(). */
      export const means = 'Date.now, process and fetch'; // new Date()
      export const start = (at: Date): number => new Date(0).getTime() + Date.UTC(2026, 1) + Math.floor(at.getTime());
      export const rule = { process: 1, fetch: (log: { fetch(): void }) => log.fetch() };
      export const zones = new Intl.Locale('und-DE').getTimeZones();
      export const bytes = new TextEncoder().encode(means);`;
    expect(platformUses(parse('innocent.ts', text))).toEqual([]);
  });
});

describe('the sources', () => {
  const sources = listSources().map((file) => parse(file, read(file)));

  it('read the environment in src/config, handed on by the terminal', () => {
    const uses = sources.flatMap(environmentUses);
    const elsewhere = uses.filter((use) => !/^src\/(config\/|cli\/process-terminal\.ts)/.test(use));
    expect(elsewhere, 'make it a field of the configuration').toEqual([]);
    expect(uses).not.toEqual([]);
    const ways = [
      'process.env.A',
      "process['env']",
      'const { env } = process',
      "import { env } from 'node:process'",
    ];
    for (const way of ways) expect(environmentUses(parse('planted.ts', way))).toHaveLength(1);
  });

  it('print to the console in src/cli and src/main.ts only', () => {
    const uses = sources.flatMap(consoleUses);
    expect(
      uses.filter((use) => !/^src\/(cli\/|main\.ts)/.test(use)),
      'use the logger',
    ).toEqual([]);
    expect(consoleUses(parse('planted.ts', "console.log('x'); // console.log"))).toHaveLength(1);
  });

  it('have at most 300 lines a file', () => {
    const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > 300);
    expect(
      long.map(({ fileName }) => fileName),
      'the file has two nouns: give the second one its own',
    ).toEqual([]);
  });

  it('use every error code', () => {
    const users = sources.filter(({ fileName }) => fileName !== 'src/kernel/errors.ts');
    const used = new Set(users.flatMap(writtenTexts));
    const unused = Object.keys(ERROR_CODES).filter((code) => !used.has(code));
    expect(unused, 'throw it where it belongs, or take it out of src/kernel/errors.ts').toEqual([]);
  });
});

describe('the tree', () => {
  const files = listFiles();
  const texts = files
    .filter((file) => /\.(c?ts|[mc]?js|mts|json|ya?ml|md|avsc|lua|txt)$|\/run$/.test(file))
    .map((file) => [file, read(file)] as const);
  const holding = (pattern: RegExp) =>
    texts.flatMap(([file, text]) => {
      const match = pattern.exec(text);
      return match === null ? [] : [`${file}: ${match[0].trim()}`];
    });

  it('has a short top level', () => {
    const top = new Set(files.map((file) => file.split('/')[0] ?? file));
    const surplus = [...top].filter((name) => !name.startsWith('.') && !TOP.includes(name));
    expect(
      surplus,
      'put it into src, schemas, deploy or test; tools take their configuration from dotfiles',
    ).toEqual([]);
  });

  it('promises nothing in comments', () => {
    const mark = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
    expect(holding(mark), 'do it, or write an issue').toEqual([]);
  });

  it('knows no machine', () => {
    const path = /(^|[^\w.~])\/(work|root|home|Users)\/\w+/m;
    expect(holding(path), 'make the path relative to the file').toEqual([]);
    expect(`cd ${['', 'home', 'me'].join('/')}`).toMatch(path);
    const registry = new RegExp(`\\b(npmjs|yarnpkg|pypi|maven|docker)${'\\.'}(org|com|io)\\b`);
    expect(holding(registry), 'let the client tool find its registry').toEqual([]);
  });

  it('has a lock file that any registry can serve', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string }>;
    };
    const bound = Object.entries(packages).filter(([, { resolved }]) => resolved?.includes('://'));
    const how = 'run npm install --package-lock-only --omit-lockfile-registry-resolved';
    expect(
      bound.map(([name]) => name),
      how,
    ).toEqual([]);
    const unsure = Object.entries(packages).filter(([name, { integrity }]) => name !== '' && !integrity);
    expect(
      unsure.map(([name]) => name),
      how,
    ).toEqual([]);
  });

  it('passes Biome', { timeout: TOOL_TIMEOUT_MS }, async () => {
    const { ok, output, errors } = await runTool('@biomejs/biome/bin/biome', [
      'check',
      '--error-on-warnings',
      '.',
    ]);
    expect(ok, `run npx biome check --write .\n${output}${errors}`).toBe(true);
  });

  it('has types that hold, in the tests too, which are run without looking at them', {
    timeout: TOOL_TIMEOUT_MS,
  }, async () => {
    const { ok, output } = await runTool('typescript/bin/tsc', ['-p', 'test/tsconfig.json']);
    expect(ok, `run npm run typecheck\n${output}`).toBe(true);
  });
});

describe('the documents', () => {
  const documents = listFiles()
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file, read(file)] as const);

  test('every room has a README, or a row in that of src', () => {
    const named = firstTable(read('src/README.md')).flatMap(({ names }) => names);
    const rooms = named.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1));
    const has = (room: string) => documents.some(([file]) => file === `src/${room}/README.md`);
    expect(
      rooms.filter((room) => !listRooms().includes(room)),
      'the table names a room that is gone',
    ).toEqual([]);
    expect(
      listRooms().filter((room) => !rooms.includes(room) && !has(room)),
      'write its README.md',
    ).toEqual([]);
    expect(rooms).not.toEqual([]);
  });

  test('every relative link leads to a file', () => {
    expect(
      documents.flatMap(([file, text]) => brokenLinks(file, text)),
      'correct the link',
    ).toEqual([]);
    expect(brokenLinks('src/README.md', '[a](../README.md) [b](nowhere.md#x)')).toHaveLength(1);
  });

  test('every command exists, with its options', async () => {
    const commands = documents.flatMap(([file, text]) => writtenCommands(file, text));
    expect(commands.length).toBeGreaterThan(20);
    const missing: string[] = [];
    for (const { file, text, words, options } of commands) {
      const help = await helpOf(words);
      const unknown = [...words, ...options].filter(
        (word) => !new RegExp(`(^|[^\\w-])${word}(?![\\w-])`).test(help),
      );
      if (unknown.length > 0) missing.push(`${file}: ${text}: ${unknown.join(' ')}`);
    }
    expect(missing, 'npx tact <command> --help does not know it').toEqual([]);
    expect(await helpOf(['prodcue'])).toBe('');
  });

  test('every script exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap(([file, text]) =>
      writtenScripts(text).map((script) => `${file}: ${script}`),
    );
    const missing = named.filter((each) => scripts[each.split(': ')[1] ?? ''] === undefined);
    expect(missing, 'package.json has no such script').toEqual([]);
    expect(named).not.toEqual([]);
  });

  test("continuous integration runs the README's test command", () => {
    expect(read('README.md')).toContain('    npm ci && npm test\n');
    expect(read('.ci/run')).toMatch(/^npm ci && npm test$/m);
  });
});

/** The help of the command or subcommand that the words begin with; empty when there is none. */
async function helpOf(words: readonly string[]): Promise<string> {
  const helps: string[] = [];
  for (let length = 1; length <= Math.min(2, words.length); length++) {
    const named = words.slice(0, length);
    const { out } = await cli([...named, '--help']);
    if (out.includes(`Usage: tact ${named.join(' ')}`)) helps.push(out);
  }
  return helps.join('\n');
}
