// node test/bench/decide.mjs [--runs 5] [--json]   (after npm run build)
import { parseArgs } from 'node:util';
import { decide } from '../../dist/decide/decide.js';
import { fold } from '../../dist/decide/fold.js';
import { parsePolicy } from '../../dist/policy/parse-policy.js';
import { decodeState, encodeState } from '../../dist/records/state-codec.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
});
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 4, 12);
const TURNS = 20_000;

const POLICY = `
apiVersion: tact/v1
name: twenty-rules
enforce: true
timezone: Europe/Berlin
channels: { email: {}, sms: {}, push: {} }
classes: { security: { claimedBy: { senders: [login] }, exempt: [caps] }, service: { rank: 1 }, marketing: { default: true } }
tiers:
  - { id: new, when: { firstSeen: { within: 14d } } }
  - { id: engaged, when: { lastEngaged: { within: 30d } } }
  - { id: silent }
rules:
  - { id: once, duplicate: {} }
  - { id: consent, for: { class: marketing }, consent: { require: opt-in, purpose: marketing } }
  - { id: wishes, for: { class: marketing }, preference: {} }
  - { id: email-weekly, for: { channel: email, class: marketing }, cap: { limit: { new: 20, engaged: 50, silent: 10 }, window: 7d }, onBlock: defer }
  - { id: sms-weekly, for: { channel: sms, class: marketing }, cap: { limit: 20, window: 7d } }
  - { id: push-weekly, for: { channel: push, class: marketing }, cap: { limit: 40, window: 7d } }
  - { id: all-daily, for: { class: { not: security } }, cap: { limit: 12, window: { calendar: day } } }
  - { id: all-weekly, for: { class: { not: security } }, cap: { limit: 60, window: 7d } }
  - { id: monthly, for: { class: marketing }, cap: { limit: 200, window: { calendar: month } } }
  - { id: campaign, for: { class: marketing }, cap: { limit: 9, per: [campaign], window: 3d } }
  - { id: category, for: { class: marketing }, cap: { limit: 30, per: [category], window: 14d } }
  - { id: product, for: { class: marketing }, cap: { limit: 9, per: [product], window: 7d } }
  - { id: sender, for: { class: marketing }, cap: { limit: 40, per: [sender], window: 7d } }
  - { id: dispatch, for: { class: marketing }, cap: { limit: 60, window: 7d, count: dispatches } }
  - { id: service-room, for: { channel: email }, cap: { limit: 60, window: 7d, reserve: { class: service, slots: 2 } } }
  - { id: email-gap, for: { channel: email, class: marketing }, gap: 30m }
  - { id: push-gap, for: { channel: push, class: marketing }, gap: 30m }
  - { id: nights, for: { class: marketing }, quietHours: { from: "22:00", to: "07:00" }, onBlock: { defer: { spread: 15m } } }
  - { id: fatigue, for: { class: marketing }, unanswered: { messages: 60, pause: 14d } }
  - { id: bought, for: { class: marketing }, after: { interaction: purchased, match: category, suppress: 10d } }
ceiling: { limit: 500, window: 7d, except: [security] }
`;

const parsed = parsePolicy(POLICY, 'bench.yaml');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 2));
const { policy } = parsed;
const base = { customerId: 'c-1', topics: [], products: [], labels: {}, sourceTopic: 'crm' };
const said = {
  ...base,
  categories: [],
  scope: {},
  attributes: {},
  governed: true,
  automated: false,
  source: 'crm',
};
const at = (i) => NOW - (i + 2) * 16 * HOUR;
const channels = ['email', 'sms', 'push'];
const messageAt = (i, now) => ({
  ...base,
  messageId: `m-${i}`,
  channel: channels[i % 3],
  sender: 'crm',
  campaignId: `campaign-${i % 7}`,
  categories: [`shop/c${i % 5}`],
  products: [`p-${i % 11}`],
  dispatchId: `d-${i % 25}`,
  createdAt: now,
  expiresAt: now + 24 * HOUR,
});

/** A customer with 50 sends in her log, who answers now and then. */
function customer() {
  let state = fold(
    policy,
    undefined,
    { ...said, interactionId: 'i', type: 'consent-granted', purpose: 'marketing', occurredAt: at(60) },
    at(60),
  );
  for (let i = 49; i >= 0; i--) {
    state = decide({ ...policy, enforce: false }, state, messageAt(i, at(i)), at(i)).state;
    if (i % 10 === 0)
      state = fold(
        policy,
        state,
        { ...said, interactionId: `a-${i}`, type: 'clicked', messageId: `m-${i}`, occurredAt: at(i) + HOUR },
        at(i) + HOUR,
      );
  }
  return state;
}

function nanosecondsOf(work) {
  const started = process.hrtime.bigint();
  for (let i = 0; i < TURNS; i++) work(i);
  return Number(process.hrtime.bigint() - started) / TURNS;
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];

const state = customer();
const messages = Array.from({ length: 64 }, (_, i) => messageAt(100 + i, NOW));
const texts = messages.map((each) => JSON.stringify(each));
const outcomes = { cleared: 0, suppressed: 0, deferred: 0 };
for (const each of messages) outcomes[decide(policy, state, each, NOW).decision.outcome]++;
const packed = encodeState(state);
const works = {
  'decide, 20 rules': (i) => decide(policy, state, messages[i % 64], NOW),
  'the same in the night (deferred)': (i) => decide(policy, state, messages[i % 64], NOW + 11 * HOUR),
  'decode and encode the state': () => encodeState(decodeState(packed)),
  'JSON.parse of the message': (i) => JSON.parse(texts[i % 64]),
};
const runs = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
for (const work of Object.values(works)) nanosecondsOf(work);
for (let run = 0; run < Number(values.runs); run++)
  for (const [name, work] of Object.entries(works)) runs[name].push(nanosecondsOf(work));

const base1 = median(runs['JSON.parse of the message']);
const rows = Object.entries(runs).map(([name, times]) => ({
  name,
  microseconds: median(times) / 1_000,
  perSecond: 1e9 / median(times),
  timesJsonParse: median(times) / base1,
}));
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ sends: state.sends.length, stateBytes: packed.length, outcomes, rows }, null, 2)}\n`,
  );
else {
  process.stdout.write(
    `${state.sends.length} sends in the log, a state of ${packed.length} bytes; of ${messages.length} messages ${outcomes.cleared} clear, ${outcomes.suppressed} are suppressed, ${outcomes.deferred} wait\n`,
  );
  for (const { name, microseconds, perSecond, timesJsonParse } of rows)
    process.stdout.write(
      `${name.padEnd(34)} ${microseconds.toFixed(1).padStart(7)} µs ${Math.round(perSecond).toString().padStart(8)}/s ${timesJsonParse.toFixed(1).padStart(6)} × JSON.parse\n`,
    );
}
