// Who may know whom: the matrix of src/README.md. Type imports count.
const rooms = {
  kernel: [],
  model: ['kernel'],
  rules: ['kernel', 'model'],
  decide: ['kernel', 'model', 'rules'],
  policy: ['kernel', 'model', 'rules', 'decide'],
  records: ['kernel', 'model'],
  shard: ['kernel', 'model', 'decide', 'records', 'rules'],
  kafka: ['kernel', 'model', 'shard'],
  redis: ['kernel', 'model', 'shard'],
  memory: ['kernel', 'model', 'shard'],
  observe: ['kernel', 'model', 'decide', 'shard', 'records'],
  http: ['kernel', 'model', 'observe'],
  traffic: ['kernel', 'model'],
  config: ['kernel', 'model', 'records'],
  cli: ['kernel', 'model', 'rules', 'decide', 'policy', 'records', 'shard', 'observe', 'config', 'traffic', 'http'],
};
const room = (name) => `^src/${name}/`;
const opensOnlyTo = ([from, allowed]) => ({
  name: `${from}-opens-only-to-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: room(from) },
  to: { path: '^src/', pathNot: [room(from), ...allowed.map(room), ] },
});
const spokenOnlyIn = (packages, homes) => ({
  name: `${packages}-only-in-${homes.join('-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: homes.map(room) },
  to: { path: `node_modules/(${packages})(/|$)` },
});
module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(opensOnlyTo),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: ['^src/main\\.ts$'] }, to: {} },
    { name: 'pure-rooms-use-no-platform', severity: 'error', from: { path: '^src/(kernel|model|rules|decide)/' }, to: { dependencyTypes: ['core'] } },
    { name: 'only-what-is-installed-with-the-program', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] } },
    { name: 'every-import-resolves', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    { name: 'src-never-imports-test', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    { name: 'adapters-only-from-compose', severity: 'error', from: { path: '^src/', pathNot: ['^src/compose(\\.ts$|/)', '^src/(kafka|redis|memory)/'] }, to: { path: '^src/(kafka|redis|memory)/' } },
    spokenOnlyIn('kafkajs', ['kafka']),
    spokenOnlyIn('ioredis', ['redis']),
    spokenOnlyIn('avsc', ['records']),
    spokenOnlyIn('prom-client|pino', ['observe']),
    spokenOnlyIn('yaml', ['policy', 'config']),
    spokenOnlyIn('zod', ['policy', 'rules', 'config', 'records']),
    spokenOnlyIn('temporal-polyfill', ['model']),
    spokenOnlyIn('commander', ['cli']),
    spokenOnlyIn('csv-parse', ['cli']),
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
};
