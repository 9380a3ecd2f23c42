import type { Patch } from './broken.mjs';

export function patch(folder: string, patches: readonly Patch[]): void;
