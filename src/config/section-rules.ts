import type { z } from 'zod';

type Section = Record<string, unknown>;
type Rule = (section: Section, context: z.RefinementCtx) => void;

/** One of two fields may be given; with `required` one must be. */
export function atMostOne(one: string, other: string, options: { required: boolean }): Rule {
  return (section, context) => {
    const given = [one, other].filter((field) => section[field] !== undefined);
    if (given.length === 2) {
      context.addIssue({
        code: 'custom',
        path: [other],
        message: `must not be given beside ${one}: choose one`,
      });
    }
    if (given.length === 0 && options.required) {
      context.addIssue({ code: 'custom', path: [], message: `needs ${one} or ${other}` });
    }
  };
}

/** Two fields that mean nothing without each other. */
export function bothOrNeither(one: string, other: string): Rule {
  return (section, context) => {
    if ((section[one] === undefined) === (section[other] === undefined)) return;
    const [given, missing] = section[one] === undefined ? [other, one] : [one, other];
    context.addIssue({ code: 'custom', path: [given], message: `means nothing without ${missing}` });
  };
}

/** A password needs the name of its user. */
export function passwordNeedsUser(section: Section, context: z.RefinementCtx): void {
  for (const field of ['password', 'passwordFile']) {
    if (section[field] !== undefined && section.username === undefined) {
      context.addIssue({ code: 'custom', path: [field], message: 'means nothing without username' });
    }
  }
}

/** An access token needs a place that gives it; nothing else needs one. */
export function onlyWithOauth(section: Section, context: z.RefinementCtx): void {
  const isOauth = section.mechanism === 'oauthbearer';
  if (isOauth && section.tokenEndpoint === undefined)
    context.addIssue({ code: 'custom', path: [], message: 'needs tokenEndpoint with mechanism oauthbearer' });
  for (const field of ['tokenEndpoint', 'scope']) {
    if (!isOauth && section[field] !== undefined)
      context.addIssue({
        code: 'custom',
        path: [field],
        message: 'means nothing without mechanism oauthbearer',
      });
  }
}
