import type { CustomerState, Send } from '../../model/customer-state.ts';
import { preferenceEntries } from '../customer/story.ts';
import { describeScope } from './scope.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { renderTable } from './table.ts';
import { formatMoment } from './time.ts';

/** One table of a customer's state; left out where it has no rows. */
interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
}

type Moment = (at: number | undefined) => string | undefined;

/** All that a customer's state holds, as tables. */
export function renderRemembered(state: CustomerState, zone: string, style: Style): string[] {
  const moment: Moment = (at) => (at === undefined ? undefined : formatMoment(at, zone));
  const sections = [...said(state, zone, moment), ...messages(state, moment), ...others(state, moment)];
  return sections.flatMap(({ title, columns, rows }) => {
    if (rows.length === 0) return [];
    const cells = rows.map((row) => row.map((cell) => plain(cell ?? '')));
    return [
      '',
      style.bold(title),
      ...renderTable(
        columns.map((each) => ({ title: each })),
        cells,
        style,
      ),
    ];
  });
}

function sinceThen({ returned, answered, reported }: Send): string {
  const told = [
    ...(reported ? ['sent without asking'] : []),
    ...(returned ? ['did not arrive'] : answered ? ['answered'] : []),
  ];
  return told.join(', ');
}

/** What the customer said. */
function said(state: CustomerState, zone: string, moment: Moment): Section[] {
  return [
    {
      title: 'Consents',
      columns: ['channel', 'purpose', 'status', 'since', 'source', 'terms'],
      rows: state.consents.map(({ channel = 'every', purpose = 'every', status, at, source, terms }) => [
        channel,
        purpose,
        status,
        moment(at),
        source,
        terms,
      ]),
    },
    {
      title: 'Opt-outs',
      columns: ['of', 'cause', 'since', 'until', 'taken back'],
      rows: state.optOuts.map(({ scope, cause, at, until, takenBack = [] }) => [
        describeScope(scope),
        cause,
        moment(at),
        moment(until),
        takenBack.map((back) => `${describeScope(back.scope)} ${moment(back.at)}`).join('; '),
      ]),
    },
    {
      title: 'Wishes',
      columns: ['since', 'what'],
      rows: preferenceEntries(state.preferences, zone).map(({ at, sentence }) => [moment(at), sentence]),
    },
  ];
}

function messages(state: CustomerState, moment: Moment): Section[] {
  const { forgottenSends } = state;
  const older = forgottenSends === 0 ? '' : `, and ${forgottenSends} more than 35 days ago`;
  return [
    {
      title: 'Waiting',
      columns: ['message', 'channel', 'class', 'campaign', 'since', 'due', 'rule', 'reason'],
      rows: state.waiting.map((each) => [
        each.messageId,
        each.channel,
        each.class,
        each.campaignId,
        moment(each.since),
        moment(each.dueAt),
        each.rule,
        each.reason,
      ]),
    },
    {
      title: `Sent${older}, the latest first`,
      columns: ['at', 'message', 'channel', 'class', 'campaign', 'sender', 'since then'],
      rows: state.sends
        .toReversed()
        .map((each) => [
          moment(each.at),
          each.messageId,
          each.channel,
          each.class,
          each.campaignId,
          each.sender,
          sinceThen(each),
        ]),
    },
    {
      title: 'Stopped, the latest first',
      columns: ['at', 'message', 'channel', 'campaign', 'rule', 'reason', 'possible again'],
      rows: state.stops
        .toReversed()
        .map((each) => [
          moment(each.at),
          each.messageId,
          each.channel,
          each.campaignId,
          each.rule,
          each.reason,
          moment(each.nextEligibleAt),
        ]),
    },
  ];
}

function others(state: CustomerState, moment: Moment): Section[] {
  return [
    {
      title: 'Happened, the latest first',
      columns: ['at', 'what', 'channel', 'campaign', 'categories', 'products'],
      rows: state.events
        .toReversed()
        .map((each) => [
          moment(each.at),
          each.type,
          each.channel,
          each.campaignId,
          each.categories.join(', '),
          each.products.join(', '),
        ]),
    },
    {
      title: 'Counted over what the log forgot',
      columns: ['rule', 'of', 'count', 'last window opened'],
      rows: state.tallies.map(({ rule, bucket, weight, openedAt }) => [
        rule,
        bucket,
        String(weight),
        moment(openedAt),
      ]),
    },
    {
      title: 'Taken back by senders',
      columns: ['at', 'by', 'message', 'campaign', 'of'],
      rows: state.cancellations
        .toReversed()
        .map((each) => [
          moment(each.at),
          each.source,
          each.messageId,
          each.campaignId,
          each.messageId === undefined ? describeScope(each.scope) : undefined,
        ]),
    },
    { title: 'Attributes', columns: ['name', 'value'], rows: Object.entries(state.attributes) },
  ];
}
