import { describe, expect, it } from 'vitest';
import {
  decodePosition,
  encodePosition,
  parsePartitionKey,
  partitionKey,
} from '../../../src/shard/position.ts';

describe('a position record', () => {
  it('reads back what was written', () => {
    const position = {
      now: 1_764_000_000_000,
      next: new Map([
        ['a.b/0', 7],
        ['a.b/12', 2 ** 45],
      ]),
    };
    expect(decodePosition(encodePosition(position))).toEqual(position);
  });

  it.each([
    '',
    'x',
    '{}',
    '{"v":2,"now":1,"next":{}}',
    '{"v":1,"now":"1","next":{}}',
    '{"v":1,"now":1,"next":null}',
    'null',
  ])('is refused when it reads %j', (text) => {
    expect(() => decodePosition(Buffer.from(text))).toThrow(/position record/);
  });

  it('names partitions so that they can be told apart again', () => {
    expect(parsePartitionKey(partitionKey({ topic: 'a.b-c_d', partition: 31 }))).toEqual({
      topic: 'a.b-c_d',
      partition: 31,
    });
  });
});
