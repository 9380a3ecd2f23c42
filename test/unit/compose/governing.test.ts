import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { govern } from '../../../src/compose/governing.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { policyText } from '../../support/policies.ts';

describe('a start of govern', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tact-start-'));
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });

  beforeEach(async () => {
    connections = 0;
    await once(listener.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    await once(listener.close(), 'close');
    rmSync(folder, { recursive: true, force: true });
  });

  it('with a wrong policy fails with every problem of it, and connects to nothing', async () => {
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, policyText(['{ id: a, for: { class: nobody }, gap: 1h }', '{ id: b, gap: soon }']));
    const { port } = listener.address() as AddressInfo;
    const loaded = loadConfig({
      env: {
        TACT_KAFKA_BROKERS: `127.0.0.1:${port}`,
        TACT_REDIS_URL: `redis://127.0.0.1:${port}`,
        TACT_REGISTRY_URL: `http://127.0.0.1:${port}`,
        TACT_POLICY_FILE: policy,
        TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true',
        TACT_HTTP_PORT: '0',
      },
      readFile: () => {
        throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      },
    });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const started = govern(loaded.config, { within: 5_000, signal: new AbortController().signal });
    await expect(started).rejects.toMatchObject({
      code: 'invalid-policy',
      message: expect.stringMatching(/policy\.yaml:7:\d+ .*nobody[\s\S]*policy\.yaml:8:\d+ /),
    });
    expect(connections).toBe(0);
  });
});
