import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeProcessStatus,
  encodeProcessStatus,
  lagNow,
  type ProcessStatus,
  processStatus,
} from '../../../src/observe/process-status.ts';

const STATUS: ProcessStatus = {
  instance: 'tact-0',
  host: 'pod-0',
  startedAt: 1,
  at: 2,
  policy: { name: 'acme', digest: 'd1', enforce: true },
  shards: [
    { shard: 0, state: 'running', since: 1, lagRecords: 0, endOffsets: 7, lagSeconds: 0 },
    { shard: 1, state: 'holding', cause: 'redis', since: 2, lagRecords: 5, lagSeconds: 1.5 },
  ],
};

describe('the status of a process', () => {
  it('is read back as it was written', () => {
    expect(decodeProcessStatus(encodeProcessStatus(STATUS))).toEqual(STATUS);
    const { policy: _, host: __, ...young } = STATUS;
    expect(decodeProcessStatus(encodeProcessStatus(young))).toEqual(young);
  });

  it('is made from the board without what only health needs', () => {
    const { shards, ...self } = STATUS;
    const snapshots = shards.map((shard) => ({ ...shard, lastProgressAt: 9 }));
    expect(processStatus(self, snapshots)).toEqual(STATUS);
  });

  it.each([
    ['another version', { ...STATUS, version: 2 }],
    ['no instance', { ...STATUS, version: 1, instance: undefined }],
    ['an unknown state', { ...STATUS, version: 1, shards: [{ ...STATUS.shards[0], state: 'dancing' }] }],
    ['an unknown cause', { ...STATUS, version: 1, shards: [{ ...STATUS.shards[0], cause: 'weather' }] }],
    ['a negative lag', { ...STATUS, version: 1, shards: [{ ...STATUS.shards[0], lagRecords: -1 }] }],
    ['an end that is none', { ...STATUS, version: 1, shards: [{ ...STATUS.shards[0], endOffsets: 'x' }] }],
    ['a policy that is none', { ...STATUS, version: 1, policy: 'acme' }],
    ['a list', []],
    ['null', null],
  ])('is undefined for %s', (_, value) => {
    expect(decodeProcessStatus(JSON.stringify(value))).toBeUndefined();
  });

  it('leaves out fields it does not know', () => {
    const text = JSON.stringify({
      version: 1,
      ...STATUS,
      more: 'x',
      shards: [{ ...STATUS.shards[0], more: 'x' }],
    });
    expect(decodeProcessStatus(text)).toEqual({ ...STATUS, shards: [STATUS.shards[0]] });
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeProcessStatus(text)).toBeUndefined();
      }),
    );
  });
});

describe('the lag of a shard', () => {
  it('leaves out what its owner knows to hold nothing to decide', () => {
    expect(lagNow({ lagRecords: 0, endOffsets: 100 }, 2, 100)).toBe(0);
  });

  it('has what came since its owner looked', () => {
    expect(lagNow({ lagRecords: 0, endOffsets: 100 }, 7, 105)).toBe(5);
  });

  it('is no more than what lies behind its position, which is of now', () => {
    expect(lagNow({ lagRecords: 500, endOffsets: 600 }, 20, 9_000)).toBe(20);
    expect(lagNow({ lagRecords: 0 }, 3, 9_000)).toBe(3);
  });

  it('is none where the topics were created anew', () => {
    expect(lagNow({ lagRecords: 0, endOffsets: 600 }, 0, 10)).toBe(0);
  });
});
