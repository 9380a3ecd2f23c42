/** One thing that is wrong, or worth a warning, with the place where it was written. */
export interface ConfigProblem {
  readonly level: 'error' | 'warning';
  /** Path of the field such as `kafka.brokers[0]`; empty when it is about the whole. */
  readonly path: string;
  readonly message: string;
  readonly place: Place;
}

export type Place =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'environment'; readonly variable: string }
  /** Nothing was written anywhere: a default, or something that is missing. */
  | { readonly kind: 'nowhere' };

/** One line, such as `tact.yaml:12:10 error kafka.brokers: must be host:port`; never shows a secret. */
export function formatProblem({ level, path, message, place }: ConfigProblem): string {
  return `${formatPlace(place)} ${level} ${path === '' ? '' : `${path}: `}${message}`;
}

function formatPlace(place: Place): string {
  if (place.kind === 'file') return `${place.file}:${place.line}:${place.column}`;
  return place.kind === 'environment' ? place.variable : 'configuration';
}
