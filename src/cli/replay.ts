import type { Command } from 'commander';
import type { Policy } from '../decide/policy.ts';
import { TactError } from '../kernel/errors.ts';
import { decisionJson } from '../records/decision-value.ts';
import { decisionId } from '../records/output-records.ts';
import type { CommandContext } from './command.ts';
import { addCommand, writeJson } from './command.ts';
import type { Tally } from './demo-tally.ts';
import { countDecision, countsByReason, createTally, decidedCount } from './demo-tally.ts';
import { parseEvent } from './event.ts';
import type { Line } from './lines.ts';
import { readLines } from './lines.ts';
import { readPolicy } from './policy-file.ts';
import { explainDecision } from './render/decision.ts';
import { formatCount, formatNoun, formatShare } from './render/number.ts';
import { plain } from './render/style.ts';
import { formatMoment, knownZone } from './render/time.ts';
import type { Replayed, ReplayedDecision } from './replay-story.ts';
import { StoryReplay } from './replay-story.ts';
import type { Terminal } from './terminal.ts';

interface ReplayOptions {
  readonly policy: string;
  readonly strict?: boolean;
  readonly text?: boolean;
}

export function addReplay(parent: Command, { terminal }: CommandContext): void {
  addCommand(parent, 'replay', {
    summary: 'try a policy on a story: every decision as one line',
    details:
      'Reads events, one JSON object per line, in the order of their "at", and decides each at that time, and a deferred one again when it is due, without Kafka or Redis. {"type":"message", …} asks to send; any other type is an interaction of that type. src/cli/README.md lists the fields.',
    examples: [
      ['tact replay --policy p.yaml < events.ndjson', 'decisions as JSON lines'],
      ['tact replay --policy p.yaml --text < events.ndjson', 'the same in sentences'],
      ['tact produce --generate 5000 --dry-run | tact replay --policy p.yaml', 'on a generated day'],
    ],
  })
    .argument('[file]', 'events; - or nothing is standard input')
    .requiredOption('--policy <file>', 'policy to decide with')
    .option('--strict', 'stop at the first line that cannot be read')
    .option('--text', 'sentences instead of JSON')
    .option('--json', 'JSON lines, which is what is printed anyway')
    .action((file: string | undefined, options: ReplayOptions) => replay(file, options, terminal));
}

async function replay(file: string | undefined, options: ReplayOptions, terminal: Terminal): Promise<void> {
  const policy = readPolicy(options.policy, terminal);
  const story = new StoryReplay(policy);
  const tally = createTally();
  let unread = 0;
  const tell = async (decisions: readonly ReplayedDecision[]) => {
    for (const decided of decisions) {
      countDecision(tally, decided.message, decided.decision);
      await writeDecided(decided, story, policy, options, terminal);
    }
  };
  for await (const line of readLines(file, terminal)) {
    const replayed = await replayLine(line, story);
    if (replayed.kind === 'unreadable') {
      const text = `line ${line.number} ${replayed.problem}`;
      if (options.strict) throw new TactError('usage', text);
      terminal.say(`${terminal.sayStyle.warn('!')} ${plain(text)}`);
      unread += 1;
    } else if (replayed.kind === 'ignored') {
      terminal.say(
        `${terminal.sayStyle.warn('!')} line ${line.number} is an interaction of an unknown type: ignored`,
      );
    } else await tell(replayed.decisions);
  }
  await tell(story.finish());
  for (const text of summarise(tally, story, unread)) terminal.say(text);
}

async function replayLine({ number, text }: Line, story: StoryReplay): Promise<Replayed> {
  const parsed = parseEvent(text);
  if (!parsed.ok) return { kind: 'unreadable', problem: parsed.problem };
  const { at } = parsed.event;
  if (at === undefined) return { kind: 'unreadable', problem: 'has no "at": when did it happen?' };
  return story.step({ ...parsed.event, at }, number);
}

function writeDecided(
  { line, record, message, decision }: ReplayedDecision,
  story: StoryReplay,
  policy: Policy,
  options: ReplayOptions,
  terminal: Terminal,
): Promise<void> {
  const zone = knownZone(story.timezoneOf(message.customerId));
  const sentence = explainDecision(decision, zone);
  if (options.text) {
    const what = `${formatMoment(decision.decidedAt, zone)}  ${message.customerId}  ${decision.channel}  ${message.campaignId ?? message.messageId}`;
    return terminal.data(`${plain(what)}: ${plain(sentence)}\n`);
  }
  const json = decisionJson({
    decision,
    decisionId: decisionId(record, record.timestamp),
    message,
    source: `${record.topic}/${record.partition}/${record.offset}`,
    policy: `${policy.name}@${policy.digest}`,
  });
  return writeJson(terminal, { line, ...JSON.parse(json.toString('utf8')), explanation: sentence });
}

function summarise(tally: Tally, story: StoryReplay, unread: number): string[] {
  const { cleared, suppressed, deferred, waited } = tally.total;
  const all = decidedCount(tally);
  const lines = [
    `${formatNoun(all, 'message')} of ${formatNoun(story.customers, 'customer')}: ${formatCount(cleared)} cleared (${formatShare(cleared, all)}), ${formatCount(suppressed)} suppressed.`,
  ];
  if (waited > 0) {
    const still = deferred > 0 ? `; ${formatCount(deferred)} waited still at the end` : '';
    lines.push(`${formatNoun(waited, 'message')} waited first${still}.`);
  }
  const reasons = Object.entries(countsByReason(tally)).map(
    ([reason, count]) => `${formatCount(count)} ${reason}`,
  );
  if (reasons.length > 0) lines.push(`Not cleared: ${reasons.join(', ')}.`);
  if (unread > 0) lines.push(`${formatNoun(unread, 'line')} could not be read.`);
  if (story.outOfOrder > 0) {
    lines.push(
      `${formatNoun(story.outOfOrder, 'line')} went back in time and counted at the time of the line before.`,
    );
  }
  return lines;
}
