import fc from 'fast-check';

/** The same cases every time, so that a red run is about the change and not about luck; another seed looks elsewhere. */
fc.configureGlobal({ seed: Number(process.env.TACT_PROPERTY_SEED ?? 20261126) });
