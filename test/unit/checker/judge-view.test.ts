import { describe, expect, test } from 'vitest';
import type { Facts } from '../../checker/check.mjs';
import { broken, shardOf } from './good-facts.ts';

describe('view', () => {
  const red = (change: (shard: Facts['shards'][number]) => void) => broken((facts) => change(shardOf(facts)));

  test('another value in Redis is red', () => {
    expect(red(({ hash }) => hash.set('anna', Buffer.from('older state')))).toEqual(['view']);
  });

  test('a customer who is missing in Redis is red', () => {
    expect(red(({ hash }) => hash.delete('anna'))).toEqual(['view']);
  });

  test('a customer who was removed from the changelog and stands in Redis is red', () => {
    expect(red(({ hash }) => hash.set('bert', Buffer.from('state')))).toEqual(['view']);
  });

  test('a fence that nothing has followed yet may lie behind the watermark', () => {
    const fenced = (shard: { changelog: unknown[]; end: number }) => {
      shard.changelog.push({
        offset: 10,
        timestamp: 2_000,
        key: Buffer.from('fence'),
        value: Buffer.from('nonce'),
      });
      shard.end = 12;
    };
    expect(red(fenced)).toEqual([]);
  });

  test('a watermark that is missing, before the last record or beyond the end is red', () => {
    expect(red(({ hash }) => hash.delete('watermark'))).toEqual(['view']);
    expect(red(({ hash }) => hash.set('watermark', Buffer.from('9')))).toEqual(['view']);
    expect(red(({ hash }) => hash.set('watermark', Buffer.from('12')))).toEqual(['view']);
  });
});

describe('view of what waits', () => {
  /** Carl's message waits, as changelog, hash and index say; Dora's has ended. */
  function defer(facts: Facts): Facts['shards'][number] {
    const shard = shardOf(facts);
    const [waits, ended] = [Buffer.from('d:asked/0/8'), Buffer.from('d:asked/0/9')];
    shard.changelog.splice(2, 0, { offset: 2, timestamp: 2_000, key: ended, value: Buffer.from('message') });
    shard.changelog.splice(4, 0, { offset: 5, timestamp: 2_000, key: waits, value: Buffer.from('message') });
    shard.changelog.splice(5, 0, { offset: 6, timestamp: 2_000, key: ended, value: null });
    shard.hash.set('d:asked/0/8', Buffer.from('message'));
    shard.hash.set('due', Buffer.from('1'));
    shard.due = ['d:asked/0/8'];
    return shard;
  }

  const red = (change: (shard: Facts['shards'][number]) => void) => broken((facts) => change(defer(facts)));

  test('a message that waits, counted and listed, is green', () => {
    expect(red(() => {})).toEqual([]);
  });

  test('a message that waits and is not in the index is red', () => {
    expect(
      red((shard) => {
        shard.due = [];
      }),
    ).toEqual(['view']);
  });

  test('a message that is in the index and waits no more is red', () => {
    expect(red(({ due }) => due?.push('d:asked/0/9'))).toEqual(['view']);
  });

  test('a count that is missing or another one is red', () => {
    expect(red(({ hash }) => hash.delete('due'))).toEqual(['view']);
    expect(red(({ hash }) => hash.set('due', Buffer.from('2')))).toEqual(['view']);
  });

  test('a count or an index where nothing waits is red', () => {
    expect(broken((facts) => shardOf(facts).hash.set('due', Buffer.from('1')))).toEqual(['view']);
    expect(
      broken((facts) => {
        shardOf(facts).due = ['d:asked/0/9'];
      }),
    ).toEqual(['view']);
  });

  test('a message that waits on the changelog and not in Redis is red, and so is the other way round', () => {
    expect(red(({ hash }) => hash.delete('d:asked/0/8'))).toEqual(['view']);
    expect(red(({ hash }) => hash.set('d:asked/0/9', Buffer.from('message')))).toEqual(['view']);
  });
});
