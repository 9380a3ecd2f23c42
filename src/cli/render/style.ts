/** Marks text for a terminal; every mark leaves the text as it is where there are no colours. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

export function createStyle(colors: boolean): Style {
  const mark = (open: number, close: number) => (text: string) =>
    colors && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: mark(1, 22),
    dim: mark(2, 22),
    good: mark(32, 39),
    warn: mark(33, 39),
    bad: mark(31, 39),
  };
}

/** Whether a stream gets colours: only a terminal does, and not where the environment asks for none. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.TERM === 'dumb') return false;
  return stream.isTTY === true;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what marks are made of
const MARKS = /\u001b\[\d+m/g;

/** How many columns a text takes, marks not counted. */
export function visibleWidth(text: string): number {
  return [...text.replace(MARKS, '')].length;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a terminal
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Foreign text on one line: control characters and direction marks, which could rewrite a terminal, become `�`. */
export function plain(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}
