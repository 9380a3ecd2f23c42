// What the platforms of the fault test say, each in its own words, record by record and the same for the same seed.
import { confluentWriter, ESP_EVENT, PUSH_REQUEST, SHOP_OFFER, singleObjectWriter } from './schemas.mjs';

const FIRST_CUSTOMER = 100_000;
const HOT_CUSTOMER = '99999';
const CAMPAIGNS = 30;
const HOT_SHARE = 0.2;
const SENT_KEPT = 400;
/** Enough that most of them are decided by now, also where governors lag; what is not decided yet cannot be taken back. */
const ASKED_KEPT = 20_000;
const writePush = confluentWriter(PUSH_REQUEST, 7);
const writeOffer = singleObjectWriter(SHOP_OFFER);
const writeEvent = confluentWriter(ESP_EVENT, 9);

/**
 * A record for one platform's producer.
 * @typedef {object} LoadRecord
 * @property {string} platform
 * @property {Buffer | string | null} key
 * @property {Buffer | null} value
 * @property {Record<string, string>} headers
 * @property {number} [partition] chosen by the platform itself
 */

const json = (value) => Buffer.from(JSON.stringify(value));

/** How each platform writes a message: `m` has customer, channel, id, campaign. */
const WRITERS = {
  crm: (m) => ({
    key: m.customer,
    value: json({
      kunde: { nr: Number(m.customer) },
      kanal: m.channel === 'email' ? 'E-Mail' : 'SMS',
      vorgang: m.id,
      kampagne: m.campaign,
      text: 'Guten Tag',
    }),
  }),
  app: (m) => ({
    key: JSON.stringify({ owner: m.customer }),
    value: writePush({
      body: Buffer.alloc(120, 65),
      tags: ['news', 'app'],
      device: { model: 'phone', owner: m.customer },
      campaign: m.campaign,
      ref: m.id,
    }),
  }),
  shop: (m, random) => ({
    key: null,
    partition: random.between(0, 5),
    value: writeOffer({
      person: Number(m.customer),
      by: m.channel === 'email' ? 'M' : 'P',
      offer: m.id,
      campaign: m.campaign,
      price: 9.99,
    }),
  }),
  legacy: (m) => {
    const key = Buffer.alloc(8);
    key.writeBigInt64BE(BigInt(m.customer));
    return {
      key,
      value: json({ channel: 'sms', messageId: m.id, campaignId: m.campaign, payload: 'Hallo' }),
    };
  },
};
/** How often each kind of interaction comes, in proportion. */
const SHARES = { bounce: 2, open: 1, unsub: 1, 'opted-out': 1, wink: 1, erased: 1, cancelled: 5 };
const KINDS = Object.entries(SHARES).flatMap(([kind, share]) => Array(share).fill(kind));
const CHANNELS = { crm: ['email', 'email', 'sms'], app: ['push'], shop: ['email', 'push'], legacy: ['sms'] };
export const OUTBOUND_PLATFORMS = Object.keys(WRITERS);

export class Traffic {
  #random;
  #customers;
  #count = 0;
  #last;
  /** Emails that may bounce a little later. */
  #sent = [];
  /** Messages that may be taken back a little later. */
  #asked = [];
  #hotShare = 0;
  #hot = 0;
  #newcomers = 0;
  /** Who has opted out or was erased, so far. */
  #gone = new Set();

  /** @param {{ random: import('../support/random.mjs').Random, customers: number }} options */
  constructor({ random, customers }) {
    this.#random = random;
    this.#customers = customers;
  }

  /** One record for each customer who agrees to texts: nine of ten. */
  *optIns() {
    for (let i = 0; i < this.#customers; i++) {
      const customer = String(FIRST_CUSTOMER + i);
      if (this.#agrees(customer)) yield recorded(customer, 'consent-granted', { channel: 'sms' });
    }
  }

  /** So many messages, with the interactions and unreadable records between them. */
  *messages(count) {
    for (let i = 0; i < count; i++) {
      yield this.#message();
      if (this.#random.chance(0.05)) yield* this.#interaction();
      if (this.#random.chance(0.002)) yield this.#unreadable();
    }
  }

  /** So many records that nobody can read. */
  *unreadables(count) {
    for (let i = 0; i < count; i++) yield this.#unreadable();
  }

  /** So many new customers who opt out while they are offered something, and are offered something again. */
  *races(count) {
    for (let i = 0; i < count; i++) {
      const customer = this.#newcomer();
      const message = () => this.#messageOf(this.#newMessage(customer));
      yield { optOut: this.#leaves(customer, 'opted-out'), during: message(), after: message() };
    }
  }

  /** One more message to everybody who is not to be told anything any more; for when all that has been taken. */
  *lastMessages() {
    for (const customer of this.#gone) {
      const record = this.#messageOf({ ...this.#newMessage(customer), campaign: 'last' });
      yield { ...record, headers: { ...record.headers, 'load-after': 'opted-out' } };
    }
  }

  /** A message to each of so many new customers. */
  *toNewcomers(count) {
    for (let i = 0; i < count; i++) yield this.#messageOf(this.#newMessage(this.#newcomer()));
  }

  /** From now on this share of the messages goes to one customer. */
  makeHot(share) {
    this.#hotShare = share;
  }

  /** Messages to that customer so far. */
  hottest() {
    return this.#hot;
  }

  #message() {
    const random = this.#random;
    // One in a hundred is offered a second time.
    const message = this.#last && random.chance(0.01) ? this.#last : this.#newMessage(this.#customer());
    this.#last = message;
    return this.#messageOf(message);
  }

  #messageOf(message) {
    const { platform } = message;
    const headers = {
      'load-kind': 'message',
      'load-customer': message.customer,
      'load-channel': message.channel,
      'load-campaign': message.campaign,
      'load-sender': platform,
      'load-message': message.id,
      'load-consent': this.#agrees(message.customer) ? 'given' : 'none',
      traceparent: `00-${String(this.#count).padStart(32, '0')}-${'1'.padStart(16, '0')}-01`,
    };
    return { platform, headers, ...WRITERS[platform](message, this.#random) };
  }

  #newMessage(customer) {
    const random = this.#random;
    const platform = random.pick(OUTBOUND_PLATFORMS);
    const message = {
      platform,
      customer,
      channel: random.pick(CHANNELS[platform]),
      id: `m-${++this.#count}`,
      campaign: `c-${random.between(0, CAMPAIGNS)}`,
    };
    if (message.channel === 'email') remember(this.#sent, message, SENT_KEPT);
    remember(this.#asked, message, ASKED_KEPT);
    return message;
  }

  *#interaction() {
    const random = this.#random;
    const kind = random.pick(KINDS);
    const message = this.#sent[random.between(0, this.#sent.length)];
    const regretted = this.#asked[random.between(0, this.#asked.length)];
    if (kind === 'opted-out') {
      // A tenth of the customers at most, so that enough are left to be told something.
      const customer = String(FIRST_CUSTOMER + random.between(0, Math.ceil(this.#customers / 10)));
      yield this.#leaves(customer, 'opted-out');
    } else if (kind === 'erased') {
      // The last tenth: the busiest customers are among the first.
      const customer = String(
        FIRST_CUSTOMER + random.between(Math.floor(this.#customers * 0.9), this.#customers),
      );
      yield this.#leaves(customer, 'erased');
    } else if (kind === 'cancelled') {
      if (regretted) yield cancelled(regretted);
    } else if (message) {
      if (kind === 'unsub') this.#gone.add(message.customer);
      yield event(message.customer, kind, message.id, random.between(0, 5));
    }
  }

  #leaves(customer, type) {
    this.#gone.add(customer);
    return recorded(customer, type, {});
  }

  #unreadable() {
    const random = this.#random;
    const platform = random.pick([...OUTBOUND_PLATFORMS, 'esp', 'recorded']);
    const value = random.pick([
      null,
      Buffer.from([0, 0, 0, 0, 200, 1, 2, 3]),
      Buffer.from([0, 0, 0, 0, platform === 'esp' ? 9 : 7, 0x80, 0x80, 0x80, 0x80, 0x0f]),
      Buffer.from('{"kunde": {"nr": '),
      Buffer.from('not a record at all'),
      Buffer.from([0xc3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ]);
    const partition = platform === 'shop' || platform === 'esp' ? random.between(0, 5) : undefined;
    const headers = { 'load-kind': 'unreadable' };
    return { platform, key: null, value, headers, partition: partition ?? 0 };
  }

  /** Nobody asked newcomers, nor the one to whom half of the messages go. */
  #agrees(customer) {
    const place = Number(customer) - FIRST_CUSTOMER;
    return place >= 0 && place < this.#customers && place % 10 !== 3;
  }

  #newcomer() {
    return String(FIRST_CUSTOMER + this.#customers + this.#newcomers++);
  }

  #customer() {
    if (this.#random.chance(this.#hotShare)) {
      this.#hot += 1;
      return HOT_CUSTOMER;
    }
    const hot = this.#random.chance(HOT_SHARE);
    const among = hot ? Math.max(1, Math.floor(this.#customers / 100)) : this.#customers;
    return String(FIRST_CUSTOMER + this.#random.between(0, among));
  }
}

/** Keeps the last ones. */
function remember(messages, message, count) {
  messages.push(message);
  if (messages.length > count) messages.shift();
}

/** An interaction in our own words, keyed by the customer, so that it lands in the customer's own shard. */
function recorded(customerId, type, more) {
  const value = json({ customerId, type, occurredAt: Date.now(), source: 'preferences', ...more });
  const headers = {
    'load-kind': 'interaction',
    'load-customer': customerId,
    'load-type': type,
    'load-home': 'yes',
  };
  return { platform: 'recorded', key: customerId, value, headers };
}

/** The sender takes back what may wait. */
function cancelled({ customer, id, platform }) {
  return recorded(customer, 'cancelled', { messageId: id, source: platform });
}

/** An interaction in the mail service's words, in any partition. */
function event(recipient, kind, ref, partition) {
  const value = writeEvent({ event: kind, recipient, ref, at: Math.floor(Date.now() / 1_000) });
  const type = { bounce: 'bounced', open: 'opened', unsub: 'opted-out' }[kind] ?? kind;
  const headers = {
    'load-kind': 'interaction',
    'load-customer': recipient,
    'load-type': type,
    'load-answers': ref,
    // Nothing is known of it, so it concerns nobody.
    ...(kind === 'wink' && { 'load-unknown': 'yes' }),
  };
  return { platform: 'esp', key: null, value, headers, partition };
}
