import { isInteractionType } from '../../model/interaction.ts';

export const IMPORT_KINDS = ['sends', 'consents', 'suppressions', 'profiles', 'interactions'] as const;
/** What the rows of a file are. */
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** The type of interaction that a word in a `type` column means; undefined where it means none. */
export function typeOf(kind: ImportKind, word: string): string | undefined {
  const bare = word.trim().toLowerCase();
  return WORDS[kind]?.[bare.replaceAll(/[^a-z0-9]/g, '')] ?? (isInteractionType(bare) ? bare : undefined);
}

/** The words that people use for each type, without case, blanks and signs. */
function wordsFor(types: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(types).flatMap(([type, words]) =>
    words.split(' ').map((word) => [word, type]),
  );
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Record<string, string>;
}

const WORDS: Partial<Record<ImportKind, Readonly<Record<string, string>>>> = {
  consents: wordsFor({
    'consent-granted':
      'granted given yes y true 1 optin optedin subscribed subscribe active confirmed accepted consented allowed doubleoptin ja oui si',
    'consent-pending': 'pending unconfirmed requested awaiting waiting doubleoptinpending',
    'consent-withdrawn':
      'withdrawn revoked no n false 0 optout optedout unsubscribed unsubscribe inactive denied declined rejected nein non',
  }),
  suppressions: wordsFor({
    'opted-out':
      'optedout optout unsubscribed unsubscribe manual suppressed suppression blocked blacklisted blocklisted globalunsubscribe',
    complained: 'complained complaint spam spamcomplaint spamreport abuse feedbackloop',
    bounced: 'bounced bounce hardbounce hard invalid invalidaddress undeliverable',
    erased: 'erased erasure deleted gdprdeletion forgotten',
  }),
};

/** The type of rows whose file says nothing else; undefined where it has to be said. */
export const DEFAULT_TYPE: Readonly<Record<ImportKind, string | undefined>> = {
  sends: 'sent',
  consents: undefined,
  suppressions: 'opted-out',
  profiles: 'profile-updated',
  interactions: undefined,
};

/** Words that a `type` column may hold, where there are a few to say. */
export const EXAMPLE_TYPES: Partial<Record<ImportKind, string>> = {
  consents: 'granted, pending or withdrawn',
  suppressions: 'unsubscribed, complaint, bounce or erased',
};
