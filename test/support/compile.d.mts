export function compile(part: 'simulation' | 'fuzz', folder: string): string;
export function compileAndRun(part: 'simulation' | 'fuzz'): Promise<void>;
