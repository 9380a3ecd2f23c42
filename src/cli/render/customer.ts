import { FOR_GOOD } from '../../decide/let-go.ts';
import type { Instant } from '../../kernel/time.ts';
import type { CustomerState } from '../../model/customer-state.ts';
import type { Finding } from '../../model/decision.ts';
import type { CustomerSheet } from '../customer/sheet.ts';
import { channelsOf } from '../customer/what-if.ts';
import { explainDecision } from './decision.ts';
import { renderRemembered } from './remembered.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { renderTable } from './table.ts';
import { formatMoment, formatMomentFrom } from './time.ts';
import { describeWindow } from './window.ts';

/** Everything that is remembered, the counts first; never what a message said. */
export function renderCustomer(sheet: CustomerSheet, style: Style): string[] {
  const { remembered, clock, customerId, policy } = sheet;
  const { state, shard, watermark } = remembered;
  const zoneOf = clock.whose === 'customer' ? 'the customer’s zone' : 'the policy’s zone';
  return [
    style.bold(`Customer ${plain(customerId)}`),
    state
      ? `Known since ${formatMoment(state.firstSeenAt, clock.zone)}${tierText(state, sheet)}${engagedText(state, sheet)}.`
      : unknownText(shard, watermark),
    ...(state ? incompleteLines(state, sheet) : []),
    ...renderSlots(sheet, style),
    ...renderAsked(sheet, style),
    ...(state ? renderRemembered(state, clock.zone, style) : []),
    '',
    style.dim(`Times are those of ${clock.zone}, ${zoneOf}.`),
    style.dim(
      `Redis, shard ${shard}, up to changelog offset ${watermark}; policy ${policy.name}@${policy.digest} of this configuration.`,
    ),
  ];
}

function unknownText(shard: number, watermark: number): string {
  return watermark === 0
    ? `Redis holds nothing of shard ${shard} at all: Tact has not run yet, or Redis lost it and gets it back when the shard is acquired.`
    : 'Nothing is remembered: nothing about this customer reached Tact, or all of it is forgotten. What follows holds for anybody new.';
}

/** More was to be remembered than one customer may have. */
function incompleteLines({ incompleteUntil }: CustomerState, { clock }: CustomerSheet): string[] {
  if (incompleteUntil === undefined) return [];
  const end =
    incompleteUntil >= FOR_GOOD
      ? 'Until the customer is erased'
      : `Until ${formatMoment(incompleteUntil, clock.zone)}`;
  return [
    `More happened than is remembered of one customer. ${end} nothing goes out that counts; look for a runaway sender.`,
  ];
}

function tierText({ tier }: CustomerState, { clock }: CustomerSheet): string {
  return tier === undefined ? '' : `, tier ${plain(tier.id)} since ${formatMoment(tier.since, clock.zone)}`;
}

function engagedText({ lastEngagedAt, busyUntil }: CustomerState, { clock, now }: CustomerSheet): string {
  const { zone } = clock;
  const engaged =
    lastEngagedAt === undefined ? ', never engaged' : `, last engaged ${formatMoment(lastEngagedAt, zone)}`;
  const busy =
    busyUntil === undefined || busyUntil <= now
      ? ''
      : `, not to be disturbed until ${formatMoment(busyUntil, zone)}`;
  return `${engaged}${busy}`;
}

function renderSlots({ slots, silent, clock, now, policy }: CustomerSheet, style: Style): string[] {
  const channels = channelsOf(policy);
  const classes = Object.keys(policy.classes);
  const rows = slots.map(({ channels: some, classes: given, finding }) => [
    listed(some, channels),
    listed(given, classes),
    `${plain(finding.rule)}${finding.shadow ? ' (shadow)' : ''}`,
    describeWindow({ text: finding.window, start: finding.windowStart, end: now }, clock.zone),
    String(finding.count),
    String(finding.limit ?? ''),
    nextSlot(finding, now, clock.zone, style),
  ]);
  const right = 'right' as const;
  const columns = [
    ...['channel', 'class', 'rule', 'window'].map((title) => ({ title })),
    ...['count', 'limit'].map((title) => ({ title, align: right })),
    { title: 'next slot' },
  ];
  return [
    '',
    style.bold('Counts'),
    ...(rows.length === 0
      ? ['No rule of the policy counts messages to any channel.']
      : renderTable(columns, rows, style)),
    ...(silent.length === 0
      ? []
      : [
          `Not shown, since they ask for more than channel and class: ${silent.map(plain).join(', ')}. tact explain shows them for a message.`,
        ]),
  ];
}

function listed(some: readonly string[], all: readonly string[]): string {
  return some.length === all.length && all.length > 1 ? 'all' : some.map(plain).join(', ');
}

function nextSlot({ verdict, nextEligibleAt }: Finding, now: Instant, zone: string, style: Style): string {
  if (verdict === 'allows') return style.good('now');
  if (nextEligibleAt === undefined) return style.bad('never by itself');
  return style.warn(formatMomentFrom(nextEligibleAt, now, zone));
}

/** What a message would be told now, said once for the channels and classes for which it is the same. */
function renderAsked({ asked, clock, policy }: CustomerSheet, style: Style): string[] {
  const channels = channelsOf(policy);
  const answers = new Map<string, { classes: Set<string>; channels: Set<string> }>();
  for (const { channel, class: given, decision } of asked) {
    const said = explainDecision(decision, clock.zone);
    const answer = answers.get(said) ?? { classes: new Set(), channels: new Set() };
    answers.set(said, answer);
    answer.channels.add(channel);
    answer.classes.add(given);
  }
  const rows = [...answers].map(([said, { channels: some, classes }]) => [
    listed([...some], channels),
    listed([...classes], Object.keys(policy.classes)),
    plain(said),
  ]);
  const columns = ['channel', 'class', 'a message now would be'].map((title) => ({ title }));
  return ['', style.bold('Right now'), ...renderTable(columns, rows, style)];
}
