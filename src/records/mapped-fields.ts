import type { FieldMap, MappedField, OpenedRecord } from './field-map.ts';
import {
  addEntries,
  addScope,
  customerIdOf,
  type FieldLimits,
  flagOf,
  instantOf,
  listOf,
  numberOf,
  pastInstantOf,
  setEntry,
  textOf,
} from './field-value.ts';
import { preferencesOf } from './preferences-value.ts';

/** Our fields of one record as they are understood; what the record does not have is absent. */
export type MappedFields = Record<string, unknown>;

/** Converts what the map finds. Throws `Unreadable` for a value that its field cannot hold. */
export function readMappedFields(map: FieldMap, opened: OpenedRecord, limits: FieldLimits): MappedFields {
  const fields: MappedFields = {};
  for (const mapped of map.fields) {
    const raw = mapped.find(opened);
    if (raw === undefined || raw === null) continue;
    if (mapped.entry === undefined) setField(fields, mapped, raw, opened, limits);
    else addEntry(fields, mapped, mapped.entry, raw, limits);
  }
  return fields;
}

function setField(
  fields: MappedFields,
  mapped: MappedField,
  raw: unknown,
  { record }: OpenedRecord,
  limits: FieldLimits,
): void {
  const { field, kind, unitMs } = mapped;
  switch (kind) {
    case 'entries':
      addEntries(entriesIn(fields, field), field, raw, limits);
      break;
    case 'scope':
      addScope(entriesIn(fields, field), raw, limits);
      break;
    case 'customer':
      set(fields, field, customerIdOf(raw, limits));
      break;
    case 'text':
      set(fields, field, textOf(field, raw, limits));
      break;
    case 'list':
      set(fields, field, listOf(field, raw, limits));
      break;
    case 'flag':
      set(fields, field, flagOf(field, raw));
      break;
    case 'preferences':
      set(fields, field, preferencesOf(raw, limits));
      break;
    case 'number':
      set(fields, field, numberOf(field, raw));
      break;
    case 'past-instant':
      set(fields, field, pastInstantOf(field, raw, unitMs, record.timestamp));
      break;
    case 'instant':
      set(fields, field, instantOf(field, raw, unitMs));
      break;
  }
}

function addEntry(
  fields: MappedFields,
  mapped: MappedField,
  entry: string,
  raw: unknown,
  limits: FieldLimits,
): void {
  const { field, kind } = mapped;
  if (kind === 'scope') addScope(entriesIn(fields, field), { [entry]: raw }, limits);
  else setEntry(entriesIn(fields, field), entry, raw, limits);
}

function set(fields: MappedFields, field: string, value: unknown): void {
  if (value !== undefined) fields[field] = value;
}

function entriesIn<T>(fields: MappedFields, field: string): Record<string, T> {
  const entries = (fields[field] as Record<string, T> | undefined) ?? Object.create(null);
  fields[field] = entries;
  return entries;
}
