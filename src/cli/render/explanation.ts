import { formatDuration } from '../../kernel/time.ts';
import type { Finding } from '../../model/decision.ts';
import type { Clock, Explanation, MessageAnswer } from '../customer/explanation.ts';
import type { StoryEntry } from '../customer/story.ts';
import type { TailedDecision } from '../tailed-record.ts';
import { bindingFinding } from './decision.ts';
import { describeBlock, describeCount, preposition } from './finding.ts';
import { formatCount, formatNoun } from './number.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { renderTable } from './table.ts';
import { formatMoment, formatMomentFrom } from './time.ts';

/** The explanation as lines, sentences first, then the detail, then what was looked at. */
export function renderExplanation(explanation: Explanation, entriesMax: number, style: Style): string[] {
  const { answer, story, clock } = explanation;
  const lines = answer
    ? renderAnswer(explanation, answer, style)
    : story
      ? renderStoryOf(explanation, story, entriesMax, style)
      : renderUnknown(explanation);
  return [...lines, '', ...[timesLine(clock), ...lookedAtLines(explanation)].map((line) => style.dim(line))];
}

function renderAnswer({ clock }: Explanation, answer: MessageAnswer, style: Style): string[] {
  const { latest, next, earlier } = answer;
  const { zone } = clock;
  return [
    `${style.bold(formatMoment(latest.at, zone))}  ${plain(latest.sentence)}`,
    ...(latest.sentence.endsWith(next) ? [] : [`What to do: ${next}`]),
    ...(latest.decision ? renderDecision(latest.decision, zone, style) : []),
    ...(earlier.length === 0 ? [] : ['', style.bold('Before that')]),
    ...earlier.map((entry) => entryLine(entry, zone, style)),
  ];
}

function renderDecision(decision: TailedDecision, zone: string, style: Style): string[] {
  const binding = bindingFinding(decision);
  const others = decision.findings.filter((finding) => finding !== binding);
  const { decidedAt } = decision;
  return [
    ...(binding ? ['', style.bold('What decided'), ...detailLines(binding, decidedAt, zone)] : []),
    ...(others.length === 0
      ? []
      : ['', style.bold(binding ? 'What the others said' : 'What the rules said')]),
    ...(others.length === 0 ? [] : renderFindings(others, decidedAt, zone, style)),
    '',
    ...factsOf(decision).map(([name, value]) => `${style.dim(name.padEnd(8))}  ${plain(value)}`),
  ];
}

function renderFindings(findings: readonly Finding[], at: number, zone: string, style: Style): string[] {
  const rows = findings.map((finding) => [
    plain(finding.rule),
    finding.kind,
    saidBy(finding, style),
    because(finding, at, zone),
  ]);
  const columns = ['rule', 'kind', 'said', 'because'].map((title) => ({ title }));
  return renderTable(columns, rows, style);
}

/** What the finding looked at, field by field. */
function detailLines(finding: Finding, at: number, zone: string): string[] {
  const { rule, kind, windowStart, window, allowsUntil, nextEligibleAt, evidence = {} } = finding;
  const counted = describeCount(finding, at, zone);
  const moment = (instant: number) => formatMoment(instant, zone);
  const fields: [string, string | undefined][] = [
    ['rule', kind === rule ? rule : `${rule} (${kind})`],
    ['counted', counted],
    ['window', windowStart === undefined ? undefined : `${window ?? ''} from ${moment(windowStart)}`.trim()],
    ['worth sending until', allowsUntil === undefined ? undefined : moment(allowsUntil)],
    ...Object.entries(evidence).map(([name, value]): [string, string] => [name, shown(value, zone)]),
    ['allows again', nextEligibleAt === undefined ? 'never by itself' : moment(nextEligibleAt)],
  ];
  return fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${plain(name)}: ${plain(value)}`],
  );
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Instants as the clocks of the zone show them, the rest as it is. */
function shown(value: string, zone: string): string {
  return ISO_INSTANT.test(value) ? formatMoment(Date.parse(value), zone) : value;
}

function saidBy({ verdict, shadow, onBlock }: Finding, style: Style): string {
  if (verdict === 'allows') return style.good('yes');
  if (shadow) return style.warn('no, in shadow');
  return style.bad(onBlock === 'defer' ? 'later' : 'no');
}

function because(finding: Finding, at: number, zone: string): string {
  if (finding.verdict === 'allows') return plain(describeCount(finding, at, zone) ?? '');
  const { nextEligibleAt } = finding;
  const why = describeBlock(finding, at, zone);
  if (nextEligibleAt === undefined) return plain(why);
  const moment = formatMomentFrom(nextEligibleAt, at, zone);
  return plain(`${why}; again ${preposition(moment)} ${moment}`);
}

function factsOf({ message, class: given, claimRefused, tier, policy, source, decisionId }: TailedDecision) {
  const { sender, categories } = message;
  const refused = claimRefused === undefined ? '' : ` (${claimRefused} was claimed and not given)`;
  const facts: [string, string | undefined][] = [
    ['class', `${given}${refused}`],
    ['sender', sender],
    ['about', categories.length === 0 ? undefined : categories.join(', ')],
    ['tier', tier],
    ['policy', policy],
    ['source', source],
    ['decision', decisionId],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function renderStoryOf(
  { question, clock, remembered }: Explanation,
  story: readonly StoryEntry[],
  entriesMax: number,
  style: Style,
): string[] {
  const { state } = remembered;
  const shown = story.slice(0, entriesMax);
  const more = story.length - shown.length;
  const { zone } = clock;
  return [
    style.bold(`Customer ${plain(question.customerId)}, the latest first`),
    ...(state?.busyUntil !== undefined && state.busyUntil > question.now
      ? [`Not to be disturbed until ${formatMoment(state.busyUntil, zone)}.`]
      : []),
    ...(shown.length === 0 ? ['Nothing has gone out, been stopped or been said lately.'] : []),
    ...shown.map((entry) => entryLine(entry, zone, style)),
    ...(more > 0 ? [`… and ${formatCount(more)} more; -n ${story.length} shows all.`] : []),
    ...(state ? [`Known since ${formatMoment(state.firstSeenAt, zone)}.`] : []),
  ];
}

function entryLine({ at, sentence }: StoryEntry, zone: string, style: Style): string {
  return `${style.dim(formatMoment(at, zone))}  ${plain(sentence)}`;
}

function renderUnknown({ question, remembered }: Explanation): string[] {
  const { customerId, messageId } = question;
  const { state, shard, watermark } = remembered;
  const customer = plain(customerId);
  if (state === undefined) {
    return [
      `Nothing is remembered of customer ${customer}.`,
      watermark === 0
        ? `Redis holds nothing of shard ${shard} at all: Tact has not run yet, or Redis lost it and gets it back when the shard is acquired.`
        : 'Nothing about this customer reached Tact, or all of it is forgotten: sends after 35 days, everything at an erasure. Ids are compared letter by letter, as the messages carry them.',
    ];
  }
  return [
    `Nothing is known of message ${plain(messageId ?? '')} to customer ${customer}.`,
    'It has not arrived (tact status shows what waits), could not be read (tact tail dead-letter), belongs to another customer or id, or was decided before what was looked at: --since 30d looks further back.',
  ];
}

function timesLine({ zone, whose }: Clock): string {
  return `Times are those of ${zone}, ${whose === 'customer' ? 'the customer’s zone' : 'the policy’s zone, the customer’s being unknown'}.`;
}

function lookedAtLines({ remembered, found, question, clock }: Explanation): string[] {
  const { shard, watermark } = remembered;
  const { lookedAt, problem } = found;
  const redis = `Looked at: what Redis remembers (shard ${shard}, up to changelog offset ${watermark})`;
  if (problem !== undefined) return [`${redis}.`, `The topic of decisions could not be read: ${problem}`];
  if (lookedAt === undefined) return [`${redis}.`];
  const { topic, partition, since, records } = lookedAt;
  const from =
    question.since === undefined ? formatMoment(since, clock.zone) : formatDuration(question.since);
  const begin = question.since === undefined ? `from ${from} on` : `of the last ${from}`;
  return [`${redis}, and ${formatNoun(records, 'record')} of ${topic}/${partition} ${begin}.`];
}

/** The same as one value. */
export function explanationJson({ question, clock, remembered, found, answer, story }: Explanation) {
  const { customerId, messageId } = question;
  const { shard, watermark, state } = remembered;
  return {
    customerId,
    ...(messageId !== undefined && { messageId }),
    known: answer !== undefined || (messageId === undefined && (state !== undefined || story !== undefined)),
    ...(answer && {
      at: answer.latest.at,
      sentence: answer.latest.sentence,
      next: answer.next,
      ...(answer.latest.trace && { remembered: answer.latest.trace }),
      ...(answer.latest.decision && { decision: answer.latest.decision }),
      earlier: answer.earlier,
    }),
    ...(story && { story }),
    zone: clock.zone,
    zoneOf: clock.whose,
    lookedAt: { shard, watermark, ...found.lookedAt, ...(found.problem && { problem: found.problem }) },
  };
}
