export function buildSimulation(folder: string): string;
