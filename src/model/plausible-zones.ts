import { isKnownZone } from './calendar.ts';

/** Countries that the present data name, by their code in capital letters. */
const known = new Map<string, readonly string[]>();

/** The zones of a country by its ISO 3166 code of two letters, in any case; undefined when there is no such country. */
export function zonesOfCountry(country: string): readonly string[] | undefined {
  if (!/^[A-Za-z]{2}$/.test(country)) return undefined;
  const code = country.toUpperCase();
  let zones = known.get(code);
  if (zones === undefined) {
    zones = Object.freeze(zonesOfRegion(code).filter(isKnownZone));
    known.set(code, zones);
  }
  return zones.length === 0 ? undefined : zones;
}

/** The platform's own data; older platforms have them as a property, newer ones as a method. */
function zonesOfRegion(code: string): readonly string[] {
  const locale = new Intl.Locale(`und-${code}`) as Intl.Locale & {
    readonly timeZones?: readonly string[];
    getTimeZones?(): readonly string[] | undefined;
  };
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}
