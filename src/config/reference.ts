import { type Field, listFields } from './fields.ts';

/** The table of every field, in Markdown, as it stands in this room's README. */
export function renderReference(): string {
  const rows = listFields().map(
    (field) =>
      `| \`${field.path.join('.')}\` | \`${field.variable}\` | ${defaultOf(field)} | ${boundsOf(field)} | ${field.description} |`,
  );
  return ['| field | variable | default | allowed | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}

function defaultOf(field: Field): string {
  if (field.default === undefined) return field.defaultText ?? '';
  if (Array.isArray(field.default) && field.type === 'structure') return 'see below';
  if (Array.isArray(field.default)) return `\`${field.default.join(',')}\``;
  return `\`${typeof field.default === 'object' ? JSON.stringify(field.default) : field.default}\``;
}

function boundsOf({ type, choices, min, max, unit }: Field): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(' ');
  if (type === 'integer') return [`${group(min)} to ${group(max)}`, unit].filter(Boolean).join(' ');
  const names = {
    text: 'text',
    boolean: '`true` `false`',
    list: 'list',
    structure: 'JSON or YAML',
    choice: '',
  };
  return names[type];
}

function group(value: number | undefined): string {
  return value === undefined ? '…' : value.toLocaleString('en-US');
}
