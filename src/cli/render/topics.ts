import type { TopicCheck, TopicFinding } from '../topic-findings.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** Every topic with its verdict, then what to do, one command per line. */
export function renderTopicChecks(checks: readonly TopicCheck[], style: Style): string[] {
  const table = renderTable(
    [
      { title: 'topic' },
      { title: 'purpose' },
      { title: 'partitions', align: 'right' },
      { title: 'copies', align: 'right' },
      { title: 'cleanup' },
      { title: 'min ISR', align: 'right' },
      { title: 'max bytes', align: 'right' },
      { title: 'codec' },
      { title: 'verdict' },
    ],
    checks.map((check) => topicRow(check, style)),
    style,
  );
  const fixes = checks.flatMap(({ findings }) => findings.flatMap(({ fix }) => fix ?? []));
  const weak = checks.some(({ findings }) => findings.some(({ level }) => level === 'weak'));
  return [
    ...table,
    ...(weak
      ? [
          '',
          'Fewer than 3 copies: fine for a trial; in production a broker that is lost can take decisions with it.',
        ]
      : []),
    ...(fixes.length > 0 ? ['', style.bold('To fix'), ...fixes.map((fix) => `  ${fix}`)] : []),
  ];
}

function topicRow({ need, facts, findings }: TopicCheck, style: Style): string[] {
  const setting = (name: string) => facts?.settings[name] ?? '';
  return [
    need.topic,
    need.purpose,
    facts ? String(facts.partitions) : '',
    facts ? String(facts.replicationFactor) : '',
    setting('cleanup.policy'),
    setting('min.insync.replicas'),
    setting('max.message.bytes'),
    setting('compression.type'),
    verdict(findings, style),
  ];
}

function verdict(findings: readonly TopicFinding[], style: Style): string {
  const wrong = findings.filter(({ level }) => level === 'wrong');
  if (wrong.length > 0) return wrong.map((finding) => style.bad(phrase(finding))).join('; ');
  return findings.length > 0 ? style.warn('ok for a trial') : style.good('ok');
}

function phrase({ setting, found, wanted }: TopicFinding): string {
  return setting === 'topic' ? found : `${setting} is ${found}, needs ${wanted}`;
}
