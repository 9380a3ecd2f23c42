import type { Story, StoryLine } from '../story.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { formatClock, formatMoment } from './time.ts';

/** A story as lines: the clock, what was asked or done, and under it what was decided. */
export function renderStory(story: Story, style: Style): string[] {
  const [first] = story.lines;
  if (!first) return [style.bold(`Nothing happened to customer ${plain(story.customerId)}`)];
  const date = formatMoment(first.at, story.timezone).split(',')[0];
  return [
    style.bold(
      `One customer’s story: ${plain(story.customerId)}, from ${date} (clock of ${plain(story.timezone)})`,
    ),
    ...story.lines.flatMap((line) => renderLine(line, story.timezone, style)),
  ];
}

function renderLine(line: StoryLine, timezone: string, style: Style): string[] {
  const event = `  ${style.dim(formatClock(line.at, timezone))}  ${plain(line.event)}`;
  if (line.answer === undefined) return [event];
  const mark =
    line.what === 'cleared' ? style.good('✓') : line.what === 'deferred' ? style.warn('…') : style.bad('✗');
  return [event, `         ${mark} ${plain(line.answer)}`];
}
