import type { Instant } from '../kernel/time.ts';
import { DAY } from '../kernel/time.ts';
import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { Path } from './problem.ts';
import { EXPECTED_FIELDS, type Expected, namesText, type Placing, type Step } from './test-case.ts';
import { instantOf, type Moment } from './test-moment.ts';
import type {
  WrittenCustomer,
  WrittenExpectation,
  WrittenInteraction,
  WrittenMessage,
  WrittenStep,
} from './test-schema.ts';

/** Whom all tests are about: nobody sees more than one customer. */
const CUSTOMER_ID = 'customer';
/** How long a customer is known that a test says nothing else about. */
const KNOWN_SINCE: Moment = { kind: 'from-start', offset: -180 * DAY };

/** Makes the steps of one test, whose moments count from `start`. */
export class StepWriter {
  private readonly start: Instant;
  private readonly placing: Placing;
  private count = 0;

  constructor(start: Instant, placing: Placing) {
    this.start = start;
    this.placing = placing;
  }

  /** What is known of the customer: what the profile says, what was agreed to, when something was opened. */
  customer({
    since = KNOWN_SINCE,
    engaged,
    timezone,
    attributes = {},
    consents = [],
  }: WrittenCustomer): Step[] {
    const base = { ...NOTHING_SAID, ...(timezone !== undefined && { timezone }) };
    const profile: WrittenInteraction = { ...base, type: 'profile-updated', attributes };
    const granted = consents.map(
      (consent): WrittenInteraction => ({ ...base, ...consent, type: 'consent-granted' }),
    );
    const known = [profile, ...granted].map((written) => this.interaction(since, written));
    return engaged === undefined ? known : [...known, this.interaction(engaged, { ...base, type: 'opened' })];
  }

  /** One step for each of its moments. */
  step({ at, sent, interaction, message, waited, expect }: WrittenStep, path: Path): Step[] {
    return at.map((moment): Step => {
      if (sent !== undefined)
        return { kind: 'sent', at: this.instant(moment), message: this.message(moment, sent) };
      if (interaction !== undefined) return this.interaction(moment, interaction);
      if (message !== undefined) return this.asked(moment, message, expect, [...path, 'expect']);
      const place = { ...this.placing([...path, 'expect']), ...this.expected(expect) };
      return { kind: 'waited', at: this.instant(moment), messageId: waited as string, ...place };
    });
  }

  asked(at: Moment, written: WrittenMessage, expect: WrittenExpectation | undefined, path: Path): Step {
    const message = this.message(at, written);
    return {
      kind: 'message',
      at: this.instant(at),
      message,
      ...this.placing(path),
      ...this.expected(expect),
    };
  }

  private instant(moment: Moment): Instant {
    return instantOf(moment, this.start);
  }

  private message(at: Moment, { createdAt, expiresAt, messageId, ...rest }: WrittenMessage): OutboundMessage {
    this.count += 1;
    return {
      ...present(rest),
      messageId: messageId ?? `message-${this.count}`,
      customerId: CUSTOMER_ID,
      createdAt: this.instant(createdAt ?? at),
      ...(expiresAt && { expiresAt: this.instant(expiresAt) }),
    };
  }

  private interaction(at: Moment, { occurredAt, until, ...rest }: WrittenInteraction): Step {
    this.count += 1;
    const interaction: Interaction = {
      ...present(rest),
      interactionId: `interaction-${this.count}`,
      customerId: CUSTOMER_ID,
      occurredAt: this.instant(occurredAt ?? at),
      ...(until && { until: this.instant(until) }),
    } as Interaction;
    return { kind: 'interaction', at: this.instant(at), interaction };
  }

  private expected(written: WrittenExpectation | undefined): { readonly expected?: Expected } {
    if (written === undefined) return {};
    const entries = EXPECTED_FIELDS.flatMap((field) => {
      const value = written[field];
      return value === undefined ? [] : [[field, this.expectedValue(value)] as const];
    });
    return { expected: Object.fromEntries(entries) };
  }

  private expectedValue(value: string | number | readonly string[] | Moment): string | Instant {
    if (typeof value !== 'object') return String(value);
    return 'kind' in value ? this.instant(value) : namesText(value);
  }
}

const NOTHING_SAID = {
  source: 'test',
  categories: [],
  products: [],
  scope: {},
  automated: false,
  attributes: {},
  labels: {},
  governed: true,
} as const;

type Present<Fields> = { [Key in keyof Fields]: Exclude<Fields[Key], undefined> };

/** Without the fields that are there and undefined. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}
