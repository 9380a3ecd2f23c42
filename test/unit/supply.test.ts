import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8'));

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

describe('what is installed with the program', () => {
  const bill = JSON.parse(
    execFileSync('node', ['deploy/sbom.mjs'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  ) as { bomFormat: string; components: Component[] };

  it('is in the bill of materials, each dependency in the version that is locked', () => {
    expect(bill.bomFormat).toBe('CycloneDX');
    const versions = new Map(bill.components.map(({ name, version }) => [name, version]));
    for (const [name, version] of Object.entries(read('package.json').dependencies))
      expect([name, versions.get(name)]).toEqual([name, version]);
    for (const name of Object.keys(read('package.json').devDependencies))
      expect(versions.has(name)).toBe(false);
  });

  it('may be used by anybody', () => {
    const free = /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|Unlicense|BlueOak-1\.0\.0)$/;
    const others = bill.components.filter(({ licenses = [] }) => {
      const names = licenses.map(({ license, expression }) => license?.id ?? expression ?? '');
      return !names.some((name) => free.test(name));
    });
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    const { packages } = read('package-lock.json') as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
    };
    const running = Object.entries(packages).filter(
      ([, { dev, hasInstallScript }]) => !dev && hasInstallScript,
    );
    expect(running.map(([path]) => path).filter((path) => path !== '')).toEqual([]);
  });
});
