import { expect, test } from 'vitest';
import { zonesOfCountry } from '../../../src/model/plausible-zones.ts';

test('a country has its zones, whatever the case of its code', () => {
  expect(zonesOfCountry('id')).toEqual(['Asia/Jakarta', 'Asia/Jayapura', 'Asia/Makassar', 'Asia/Pontianak']);
  expect(zonesOfCountry('US')).toEqual(
    expect.arrayContaining(['America/New_York', 'America/Phoenix', 'Pacific/Honolulu']),
  );
  expect(zonesOfCountry('Us')).toBe(zonesOfCountry('US'));
});

test('what is no country has none', () => {
  for (const text of ['', 'XX', 'ZZ', 'USA', 'Germany', '1A', 'ÄÖ', '__proto__']) {
    expect(zonesOfCountry(text)).toBeUndefined();
  }
});
