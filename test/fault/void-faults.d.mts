export function voidFaults(bites: Record<string, number>): string[];
