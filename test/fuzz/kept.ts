import type { DecoderName } from './decoders.ts';

/** Inputs, in base64, at which a decoder went wrong once; tried before any other, for ever. */
export const KEPT: Partial<Record<DecoderName, readonly string[]>> = {};
