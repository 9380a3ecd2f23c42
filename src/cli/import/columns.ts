import { TactError } from '../../kernel/errors.ts';
import { suggest } from '../../kernel/suggest.ts';
import { type FieldTarget, fieldTarget, INTERACTION_FIELDS } from '../../records/fields.ts';
import { plain } from '../render/style.ts';
import { DEFAULT_TYPE, type ImportKind } from './words.ts';

/** Where each of our fields comes from. */
export interface ColumnPlan {
  readonly fields: readonly PlannedField[];
  /** The columns of the file that nothing is read from. */
  readonly unused: readonly string[];
  /** What was guessed and may well be wrong, as sentences. */
  readonly doubts: readonly string[];
}

export type PlannedField = FieldTarget & {
  /** `channel`, or `attributes.country`. */
  readonly name: string;
} & ({ readonly column: string } | { readonly constant: string });

/** A field and what stands for it, as `--map` and `--constant` say it. */
export type Assignments = ReadonlyMap<string, string>;

/** Names of columns that people use, without case, blanks and signs, the surest first. */
const NAMES: Readonly<Record<string, string>> = {
  interactionId: 'interactionid eventid',
  customerId:
    'customerid customer custid userid contactid contactkey subscriberkey profileid personid crmid clientid memberid externalid recordid kundenid kundennummer kundennr kundenr kontaktid email emailaddress mail emailadresse',
  occurredAt: 'occurredat eventtime timestamp datetime date time at datum zeitpunkt zeitstempel uhrzeit',
  channel: 'channel medium channeltype kanal versandkanal',
  purpose: 'purpose consentpurpose zweck',
  terms: 'terms termsversion policyversion',
  messageId: 'messageid msgid sendid deliveryid nachrichtenid',
  class: 'class messageclass',
  campaignId: 'campaignid campaign campaignname mailingid mailing kampagne kampagnenid kampagnenname',
  categories: 'categories category kategorie kategorien',
  products: 'products product productid sku produkt produkte artikelnummer',
  source: 'source system platform sender quelle herkunft absender',
  until: 'until expiresat suppresseduntil enddate bis gueltigbis',
  timezone: 'timezone tz zone ianatimezone zeitzone',
  automated: 'automated machine isbot',
  labels: 'labels',
  attributes: 'attributes',
  scope: 'scope',
  preferences: 'preferences',
};

/** What is called so in files of one kind comes before that. */
const NAMES_OF: Readonly<Record<ImportKind, Readonly<Record<string, string>>>> = {
  sends: {
    occurredAt:
      'sentat sendtime senttime sentdate senddate sendat sent deliveredat deliverytime gesendetam versandtam versanddatum versandzeitpunkt',
    messageId: 'messageid msgid sendid deliveryid id',
  },
  consents: {
    occurredAt:
      'consentat consentedat consentdate consenttime grantedat withdrawnat optinat optindate optintime confirmedat subscribedat statuschangedat updatedat createdat optintimestamp einwilligungam einwilligungsdatum erteiltam angemeldetam geaendertam',
    type: 'type status consent consentstatus state subscriptionstatus subscribed optin einwilligung zustimmung optinstatus',
  },
  suppressions: {
    occurredAt:
      'suppressedat unsubscribedat optoutat optedoutat optoutdate bouncedat complainedat unsubscribedate createdat created addedat dateadded updatedat abgemeldetam abmeldedatum gesperrtam widerrufenam',
    type: 'type reason cause suppressionreason suppressiontype status grund sperrgrund',
  },
  profiles: {
    customerId: 'customerid customer userid contactid profileid id',
    occurredAt:
      'createdat created signupat signupdate signedupat registeredat registrationdate firstseen firstseenat membersince customersince updatedat angelegtam erstelltam registriertam kundeseit',
    'attributes.country': 'country countrycode land laendercode',
    'attributes.region': 'region regioncode state province bundesland',
    'attributes.language': 'language locale lang sprache',
  },
  interactions: { type: 'type event eventtype interaction interactiontype typ ereignis' },
};

/** What must be known of every row; a type that a kind has anyway need not be. */
const NEEDED: Readonly<Record<ImportKind, readonly string[]>> = {
  sends: ['customerId', 'occurredAt', 'channel'],
  consents: ['customerId', 'type', 'occurredAt'],
  suppressions: ['customerId', 'occurredAt'],
  profiles: ['customerId', 'occurredAt'],
  interactions: ['customerId', 'type', 'occurredAt'],
};

/**
 * Decides where each field comes from: what is said, then the names that people use. Throws `usage` for a field or column
 * that does not exist and for one that is needed and missing; `fallbacks` are constants of the last resort.
 */
export function planColumns(
  kind: ImportKind,
  columns: readonly string[],
  said: { readonly maps: Assignments; readonly constants: Assignments; readonly fallbacks: Assignments },
): ColumnPlan {
  const fields = new Map<string, PlannedField>();
  for (const [name, column] of said.maps) {
    const target = targetOf(name);
    if (!hasColumn(columns, column)) throw noColumn(name, column, columns);
    fields.set(name, { ...target, name, column });
  }
  for (const [name, constant] of said.constants) fields.set(name, { ...targetOf(name), name, constant });
  for (const [name, column] of recognised(kind, columns, fields)) {
    fields.set(name, { ...targetOf(name), name, column });
  }
  for (const [name, constant] of said.fallbacks) {
    if (!fields.has(name)) fields.set(name, { ...targetOf(name), name, constant });
  }
  const missing = NEEDED[kind].find((name) => !fields.has(name));
  if (missing !== undefined) throw needed(kind, missing, columns);
  const used = new Set([...fields.values()].map((field) => ('column' in field ? field.column : '')));
  return {
    fields: [...fields.values()],
    unused: columns.filter((column) => !used.has(column)),
    doubts: said.maps.has('customerId') ? [] : doubtsAbout(fields.get('customerId')),
  };
}

/** Addresses are customers only where the messages name customers by them. */
function doubtsAbout(customer: PlannedField | undefined): string[] {
  if (customer === undefined || !('column' in customer)) return [];
  if (!bareName(customer.column).startsWith('email')) return [];
  return [
    `${plain(customer.column)} is taken for the customer: right only if messages name customers by their address; else --map customerId=COLUMN.`,
  ];
}

/** A path into objects names no column; whether it leads somewhere shows row by row. */
function hasColumn(columns: readonly string[], column: string): boolean {
  return columns.includes(column) || columns.includes(column.split('.')[0] ?? '');
}

function* recognised(
  kind: ImportKind,
  columns: readonly string[],
  fields: ReadonlyMap<string, PlannedField>,
): Generator<[name: string, column: string]> {
  const byName = new Map(columns.toReversed().map((column) => [bareName(column), column]));
  const taken = new Set([...fields.values()].map((field) => ('column' in field ? field.column : '')));
  const own = NAMES_OF[kind];
  for (const name of new Set([...Object.keys(own), ...Object.keys(NAMES)])) {
    if (fields.has(name) || isFixed(kind, name)) continue;
    const candidates = `${own[name] ?? ''} ${NAMES[name] ?? ''} ${bareName(name)}`.trim().split(/\s+/);
    const column = candidates
      .map((candidate) => byName.get(candidate))
      .find((found) => found !== undefined && !taken.has(found));
    if (column === undefined) continue;
    taken.add(column);
    yield [name, column];
  }
}

/** Rows of sends and profiles are what they are, whatever a column called type says. */
function isFixed(kind: ImportKind, name: string): boolean {
  return name === 'type' && (kind === 'sends' || kind === 'profiles');
}

/** `Gesendet am` and `Geändert_am` are `gesendetam` and `geaendertam`. */
function bareName(name: string): string {
  const spelled = name.toLowerCase().replaceAll(/[äöüß]/g, (letter) => UMLAUTS[letter] ?? letter);
  return spelled.replaceAll(/[^a-z0-9]/g, '');
}

const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

function targetOf(name: string): FieldTarget {
  const target = fieldTarget('interaction', name);
  if (target) return target;
  const names = Object.keys(INTERACTION_FIELDS);
  const meant = suggest(name, names);
  const hint = meant === undefined ? '.' : `; did you mean ${meant}?`;
  throw new TactError(
    'usage',
    `${plain(name)} is no field of an interaction${hint} There are ${names.join(', ')}, and parts such as attributes.country`,
  );
}

function noColumn(name: string, column: string, columns: readonly string[]): TactError {
  const meant = suggest(column, columns);
  const hint = meant === undefined ? '.' : `; did you mean ${plain(meant)}?`;
  return new TactError(
    'usage',
    `--map ${plain(name)}=${plain(column)}: there is no such column${hint} ${listed(columns)}`,
  );
}

function needed(kind: ImportKind, name: string, columns: readonly string[]): TactError {
  const example = name === 'type' ? (DEFAULT_TYPE[kind] ?? 'granted') : EXAMPLES[name];
  return new TactError(
    'usage',
    `no column says ${name}, which ${kind} need; say --map ${name}=COLUMN${example === undefined ? '' : `, or --constant ${name}=${example} where it is the same for all`}. ${listed(columns)}`,
  );
}

const EXAMPLES: Readonly<Record<string, string>> = { channel: 'email', occurredAt: '2026-03-01T00:00:00Z' };

function listed(columns: readonly string[]): string {
  return `The columns are ${columns.map(plain).join(', ')}`;
}
