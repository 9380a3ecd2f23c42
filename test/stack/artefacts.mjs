// The broker as a class path: `kafka_2.13` and what it needs, fetched once by Maven with the machine's own settings.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './children.mjs';

/** In the order of preference; the environment may name the only one. */
export const KAFKA_VERSIONS = process.env.TACT_KAFKA_VERSION
  ? [process.env.TACT_KAFKA_VERSION]
  : ['4.3.1', '4.2.0', '4.1.1', '4.0.0'];
const LOG4J_VERSION = '2.24.3';
/** What Kafka 3 logs with. */
const RELOAD4J_VERSION = '1.7.36';
const JAVA_MIN = 17;

/**
 * The folder with the jars of the first version that is to be had, from the user's cache when it was fetched before.
 * @param {(line: string) => void} log
 */
export async function kafkaJars(log) {
  requireJava();
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tact');
  for (const version of KAFKA_VERSIONS) {
    const jars = join(cache, `kafka-${version}`);
    if (existsSync(jars)) return jars;
  }
  if (!run('mvn', ['-v']).ok) throw new Error('mvn (Maven) is not installed');
  const failures = [];
  for (const version of KAFKA_VERSIONS) {
    const failure = await download(version, cache, log);
    if (failure === undefined) return join(cache, `kafka-${version}`);
    failures.push(`${version}: ${failure}`);
  }
  throw new Error(`Maven could not fetch org.apache.kafka:kafka_2.13\n${failures.join('\n')}`);
}

function requireJava() {
  const { ok, output } = run('java', ['-version']);
  const major = Number(/version "(\d+)/.exec(output)?.[1] ?? 0);
  if (!ok || major < JAVA_MIN)
    throw new Error(`java ${JAVA_MIN} or later is needed, found ${major || 'none'}`);
}

/** Fetches into a folder of its own and renames it, so that a half-fetched class path is never taken for a whole one. */
async function download(version, cache, log) {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    writeFileSync(join(work, 'pom.xml'), pom(version));
    log(`fetching Apache Kafka ${version} with Maven (about 100 MB, once)`);
    const failure = await maven(work, log);
    if (failure !== undefined) return failure;
    const jars = join(cache, `kafka-${version}`);
    if (!existsSync(jars)) renameSync(join(work, 'libs'), jars);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Resolves to undefined, or to the reason why it failed. */
function maven(cwd, log) {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies';
  const args = ['-B', goal, '-DincludeScope=runtime', '-DoutputDirectory=libs'];
  return new Promise((resolve) => {
    const child = spawn('mvn', args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors = [];
    let fetched = 0;
    const read = (chunk) => {
      for (const line of String(chunk).split('\n')) {
        if (line.startsWith('[ERROR]')) errors.push(line.slice(8));
        if (/Downloaded from .*\.jar/.test(line) && ++fetched % 10 === 0) log(`fetched ${fetched} jars`);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : (errors[0] ?? `mvn ended with ${code}`)));
  });
}

function pom(version) {
  const dependency = (group, artefact, of) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artefact}</artifactId><version>${of}</version></dependency>`;
  const logging = version.startsWith('3.')
    ? [dependency('org.slf4j', 'slf4j-reload4j', RELOAD4J_VERSION)]
    : ['log4j-slf4j-impl', 'log4j-core'].map((each) =>
        dependency('org.apache.logging.log4j', each, LOG4J_VERSION),
      );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tact</groupId><artifactId>local-broker</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', version)}
${logging.join('\n')}
</dependencies></project>
`;
}
