import { describe, expect, test } from 'vitest';
import { crc64Avro } from '../../../src/records/crc64-avro.ts';
import { readTactSchema } from '../../../src/records/tact-schema.ts';
import { detectFrame, frameOf } from '../../../src/records/wire-format.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a frame', () => {
  test('of Confluent is a zero byte and the schema id, big endian', () => {
    expect(detectFrame(hex('00 00 00 01 02 ff'))).toEqual({
      format: 'confluent-avro',
      schemaId: 258,
      bodyAt: 5,
    });
    expect(detectFrame(hex('00 ff ff ff ff'))).toEqual({
      format: 'confluent-avro',
      schemaId: 4_294_967_295,
      bodyAt: 5,
    });
  });

  test('of a single object is c3 01 and the fingerprint', () => {
    expect(detectFrame(hex('c3 01 8f 5c 39 3f 1a d5 75 72 54'))).toEqual({
      format: 'single-object',
      fingerprint: '8f5c393f1ad57572',
      bodyAt: 10,
    });
  });

  test('of JSON is an opening brace after white space and a byte order mark', () => {
    expect(detectFrame(Buffer.from(' \r\n\t{"a":1}'))).toEqual({ format: 'json', bodyAt: 4 });
    expect(detectFrame(hex('ef bb bf 7b 7d'))).toEqual({ format: 'json', bodyAt: 3 });
  });

  test.each(['', '00', '00000001', 'c301', 'c3018f5c393f1ad575', '0100000000', '5b5d', '20'])(
    'is not found in %s',
    (bytes) => {
      expect(detectFrame(hex(bytes))).toBeUndefined();
    },
  );

  test('must be the one that was named', () => {
    expect(() => frameOf(Buffer.from('{}'), 'confluent-avro', 'VALUE_CONVERTER')).toThrow(
      'the bytes do not begin as confluent-avro does',
    );
    expect(frameOf(Buffer.from('{}'), 'json', 'VALUE_CONVERTER').format).toBe('json');
  });
});

describe('the CRC-64-AVRO fingerprint', () => {
  // Values of the Avro specification's own test data, as little-endian bytes.
  test.each([
    ['"null"', '8a8f25cce724dd63'],
    ['"int"', '8f5c393f1ad57572'],
    ['"string"', 'c70345637248018f'],
  ])('of %s is %s', (schema, expected) => {
    expect(crc64Avro(Buffer.from(schema)).toString('hex')).toBe(expected);
  });

  test('begins what Tact writes as a single object', () => {
    const { type, singleObjectPrefix } = readTactSchema('Decision');
    const canonical = Buffer.from(JSON.stringify(type.schema()));
    expect(singleObjectPrefix).toEqual(Buffer.concat([hex('c301'), crc64Avro(canonical)]));
    expect(canonical.toString()).toMatch(
      /^\{"name":"tact\.Decision","type":"record","fields":\[\{"name":"decisionId"/,
    );
  });
});
