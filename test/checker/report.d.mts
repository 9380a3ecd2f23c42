import type { Report } from './check.d.mts';

export function renderReport(report: Report): string;
