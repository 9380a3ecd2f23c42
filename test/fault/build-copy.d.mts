import type { Patch } from '../support/broken.mjs';

export function build(folder: string): void;
export function mainOf(folder: string): string;
export function copyBuild(from: string, folder: string, patches: Patch[]): void;
