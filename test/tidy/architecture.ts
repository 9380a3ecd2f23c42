import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool } from './run.ts';
import { ROOT } from './tree.ts';

export interface Cruise {
  /** The files of src that were seen, by their path from the top. */
  readonly seen: readonly string[];
  /** `file -> target: rule` */
  readonly violations: readonly string[];
}

interface Report {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: { readonly violations: readonly Violation[] };
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

interface Rule {
  readonly name: string;
  readonly to: { readonly path?: string; readonly pathNot?: readonly string[] };
}

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: readonly Rule[];
};

/** Which rooms each room may know, itself aside, as the lint has it; sorted. */
export function matrix(): ReadonlyMap<string, readonly string[]> {
  const rooms = forbidden.flatMap(({ name, to }) => {
    const room = /^(\w+)-opens-only-to-/.exec(name)?.[1];
    const known = (to.pathNot ?? []).map((path) => path.replace(/^\^src\/|\/$/g, ''));
    return room === undefined ? [] : [[room, known.filter((other) => other !== room).sort()] as const];
  });
  return new Map(rooms);
}

/** The packages that only certain rooms may import. */
export function housedPackages(): string[] {
  return forbidden.flatMap(
    ({ to }) => /^node_modules\/\((.+)\)\(/.exec(to.path ?? '')?.[1]?.split('|') ?? [],
  );
}

/** Runs the architecture lint, with the rules of the folder itself. */
export async function cruise(folder: string = ROOT): Promise<Cruise> {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
  const { output, errors } = await runTool('dependency-cruiser/bin/dependency-cruise.mjs', args, folder);
  if (!output.startsWith('{')) throw new Error(`dependency-cruiser printed no report: ${errors || output}`);
  const { modules, summary } = JSON.parse(output) as Report;
  return {
    seen: modules.map(({ source }) => source).filter((source) => source.startsWith('src/')),
    violations: summary.violations.map(({ from, to, rule }) => `${from} -> ${to}: ${rule.name}`),
  };
}

/** The same on a copy of the tree to which files were added, by their path from the top. */
export async function cruiseWith(files: ReadonlyMap<string, string>): Promise<Cruise> {
  const copy = mkdtempSync(join(tmpdir(), 'tact-tidy-'));
  try {
    for (const part of ['src', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const [file, text] of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    return await cruise(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
