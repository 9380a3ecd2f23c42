export type Fate = undefined | 'lose-answer' | { late: number };

export class Link {
  static open(target: number, options?: { framed?: boolean }): Promise<Link>;
  readonly port: number;
  readonly lostAnswers: number;
  readonly lateRequests: number;
  cut(): void;
  hold(direction: 'there' | 'back'): void;
  slow(delayMs: number): void;
  leadTo(target: number): void;
  judge(judge: (request: Buffer) => Fate): void;
  heal(): void;
  close(): Promise<void>;
}
