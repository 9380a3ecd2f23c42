import { describe, expect, it } from 'vitest';
import type { TopicFacts } from '../../../src/cli/abilities.ts';
import { checkTopic } from '../../../src/cli/topic-findings.ts';
import { newTopic, topicNeeds } from '../../../src/cli/topic-needs.ts';
import { loadConfig } from '../../../src/config/load.ts';

const env = { TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true' };

function needs() {
  const loaded = loadConfig({ env, needsCustomerKey: false, readFile: noFile });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return topicNeeds(loaded.config);
}

function noFile(): never {
  throw Object.assign(new Error('none'), { code: 'ENOENT' });
}

function need(topic: string) {
  const found = needs().find((each) => each.topic === topic);
  if (!found) throw new Error(`no need for ${topic}`);
  return found;
}

const changelog = () => need('tact.state');

const good: TopicFacts = {
  partitions: 12,
  replicationFactor: 3,
  settings: {
    'cleanup.policy': 'compact',
    'min.insync.replicas': '2',
    'max.message.bytes': '1048588',
    'compression.type': 'producer',
    'delete.retention.ms': '604800000',
    'message.timestamp.type': 'LogAppendTime',
  },
};

const findings = (facts: TopicFacts | undefined, of = changelog()) =>
  checkTopic(of, facts, 'k:9092').findings;
const withSetting = (name: string, value: string): TopicFacts => ({
  ...good,
  settings: { ...good.settings, [name]: value },
});

describe('topicNeeds', () => {
  it('names every topic that Tact reads or writes, once', () => {
    expect(needs().map(({ topic }) => topic)).toEqual([
      'marketing.outbound.requested',
      'customer.interaction.recorded',
      'tact.state',
      'tact.rerouted.interactions',
      'tact.rerouted.outbound',
      'tact.control',
      'marketing.outbound.cleared',
      'marketing.outbound.suppressed',
      'marketing.outbound.dead-letter',
    ]);
  });
});

describe('checkTopic', () => {
  it('finds nothing wrong with a changelog as it should be', () => {
    expect(findings(good)).toEqual([]);
  });

  it('names the command that creates a missing topic', () => {
    expect(findings(undefined)).toEqual([
      {
        level: 'wrong',
        setting: 'topic',
        found: 'missing',
        wanted: 'exists',
        fix: 'kafka-topics.sh --bootstrap-server k:9092 --create --topic tact.state --partitions 12 --config cleanup.policy=compact --config delete.retention.ms=604800000 --config message.timestamp.type=LogAppendTime',
      },
    ]);
  });

  it.each([
    ['cleanup.policy', 'delete', 'compact'],
    ['cleanup.policy', 'compact,delete', 'compact'],
    ['min.insync.replicas', '1', '2'],
    ['max.message.bytes', '500000', '1000000'],
    ['delete.retention.ms', '86400000', '604800000'],
    ['compression.type', 'zstd', 'gzip'],
  ])('refuses %s=%s of the changelog and names the fix', (setting, found, wanted) => {
    const [finding, ...others] = findings(withSetting(setting, found));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ level: 'wrong', setting, found });
    expect(finding?.fix).toBe(
      `kafka-configs.sh --bootstrap-server k:9092 --alter --entity-type topics --entity-name tact.state --add-config ${setting}=${wanted}`,
    );
  });

  it('wants the configured number of shards, and never the partitions of a changelog changed', () => {
    const [finding] = findings({ ...good, partitions: 6 });
    expect(finding).toMatchObject({ setting: 'partitions', found: '6', wanted: '12' });
    expect(finding?.fix).toContain('set "shards: 6"');
  });

  it('wants as many re-routing partitions as shards, and grows them where that is possible', () => {
    const settings = { ...good.settings, 'cleanup.policy': 'delete' };
    const rerouted = need('tact.rerouted.outbound');
    const [few] = findings({ ...good, settings, partitions: 6 }, rerouted);
    expect(few?.fix).toContain('--alter --topic tact.rerouted.outbound --partitions 12');
    const [many] = findings({ ...good, settings, partitions: 24 }, rerouted);
    expect(many?.level).toBe('wrong');
    expect(many?.fix).toBeUndefined();
  });

  it('takes an input as it is, but for a codec that it cannot read', () => {
    const input = need('marketing.outbound.requested');
    expect(findings({ partitions: 5, replicationFactor: 1, settings: {} }, input)).toEqual([]);
    const [finding] = findings(
      { partitions: 5, replicationFactor: 1, settings: { 'compression.type': 'lz4' } },
      input,
    );
    expect(finding).toMatchObject({ level: 'wrong', setting: 'compression.type' });
  });

  it('calls a single copy weak, not wrong', () => {
    expect(findings({ ...good, replicationFactor: 1 })).toEqual([
      { level: 'weak', setting: 'replication factor', found: '1', wanted: '3 or more' },
    ]);
  });
});

describe('newTopic', () => {
  it('asks for two in-sync copies only where there are three', () => {
    expect(newTopic(changelog(), 3).settings['min.insync.replicas']).toBe('2');
    expect(newTopic(changelog(), 1).settings['min.insync.replicas']).toBeUndefined();
    expect(newTopic(changelog(), undefined)).toEqual({
      topic: 'tact.state',
      partitions: 12,
      settings: {
        'cleanup.policy': 'compact',
        'delete.retention.ms': '604800000',
        'message.timestamp.type': 'LogAppendTime',
      },
    });
  });

  it('makes what the check then accepts', () => {
    for (const each of needs()) {
      const { partitions, settings } = newTopic(each, 3);
      expect(findings({ partitions, replicationFactor: 3, settings }, each)).toEqual([]);
    }
  });
});
