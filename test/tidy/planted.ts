/** Files that each break one rule of the architecture: what they do, where, how, and the rule. */
export const PLANTED: readonly (readonly [what: string, file: string, text: string, rule: RegExp])[] = [
  [
    'a pure room imports from Node',
    'src/decide/planted-node.ts',
    "import { randomUUID } from 'node:crypto';\nexport const planted = randomUUID;\n",
    /pure-rooms-use-no-platform/,
  ],
  [
    'the protocol imports an adapter',
    'src/shard/planted-adapter.ts',
    "import { RedisStateStore } from '../redis/redis-state-store.ts';\nexport const planted = RedisStateStore;\n",
    /shard-opens-only-to-/,
  ],
  [
    'a type is imported across the matrix',
    'src/records/planted-type.ts',
    "import type { ShardObserver } from '../shard/observer.ts';\nexport type Planted = ShardObserver;\n",
    /records-opens-only-to-/,
  ],
  [
    'a client library is spoken in another room',
    'src/http/planted-library.ts',
    "import { Counter } from 'prom-client';\nexport const planted = Counter;\n",
    /prom-client\|pino-only-in-observe/,
  ],
  [
    'the kernel imports a room',
    'src/kernel/planted-room.ts',
    "import type { LogRecord } from '../model/record.ts';\nexport type Planted = LogRecord;\n",
    /kernel-opens-only-to-itself/,
  ],
  [
    'the kernel imports a package',
    'src/kernel/planted-package.ts',
    "import { z } from 'zod';\nexport const planted = z;\n",
    /zod-only-in-/,
  ],
  [
    'a command knows an adapter',
    'src/cli/planted-adapter.ts',
    "import { MemoryStateStore } from '../memory/memory-state-store.ts';\nexport const planted = MemoryStateStore;\n",
    /adapters-only-from-compose/,
  ],
  [
    'the program needs a tool of the developers',
    'src/cli/planted-tool.ts',
    "import fc from 'fast-check';\nexport const planted = fc;\n",
    /only-what-is-installed-with-the-program/,
  ],
  [
    'an import leads nowhere',
    'src/cli/planted-nowhere.ts',
    "export { planted } from './planted-nobody.ts';\n",
    /every-import-resolves/,
  ],
  [
    'the program needs a test',
    'src/cli/planted-test.ts',
    "export { planted } from '../../test/planted.ts';\n",
    /src-never-imports-test/,
  ],
  ['a file is used by nobody', 'src/model/planted-orphan.ts', 'export const planted = 1;\n', /no-orphans/],
  [
    'a file imports itself',
    'src/model/planted-cycle.ts',
    "import { planted as other } from './planted-cycle.ts';\nexport const planted = (): unknown => other;\n",
    /no-cycles/,
  ],
];

/** What a planted file needs beside itself. */
export const SOIL: readonly (readonly [file: string, text: string])[] = [
  ['test/planted.ts', 'export const planted = 1;\n'],
];
