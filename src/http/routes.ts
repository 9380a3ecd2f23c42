import type { HealthReport } from '../observe/health.ts';
import type { ProcessStatus } from '../observe/process-status.ts';

/** What the server serves; each is asked anew for every request. */
export interface Routes {
  live(): HealthReport;
  ready(): HealthReport;
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  status(): ProcessStatus;
}
