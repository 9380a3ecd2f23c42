import type { ReadFailure, ReadFailureReason } from './reader.ts';

/** Thrown inside this room where a record cannot be read, and turned into an answer where it is read; never leaves it. */
export class Unreadable extends Error {
  readonly failure: ReadFailure;

  constructor(reason: ReadFailureReason, stage: ReadFailure['stage'], message: string) {
    super(message);
    this.failure = { reason, stage, message };
  }
}

/** Bytes are not what their schema or format says. */
export class Malformed extends Error {}
