import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessTokens } from '../../../src/kafka/access-token.ts';

let server: Server;
let answers: { status?: number; body: unknown }[];
let asked: number;
let now: number;

beforeEach(async () => {
  answers = [];
  asked = 0;
  now = 1_000_000;
  server = createServer((_, response) => {
    const { status = 200, body } = answers[Math.min(asked, answers.length - 1)] ?? { body: {} };
    asked += 1;
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function tokens(): AccessTokens {
  const { port } = server.address() as AddressInfo;
  const source = { tokenEndpoint: `http://127.0.0.1:${port}/t`, clientId: 'tact', clientSecret: 'hush' };
  return new AccessTokens(source, () => now);
}

const token = (access_token: string, expires_in = 100) => ({ body: { access_token, expires_in } });

describe('access tokens', () => {
  it('are asked for once while most of their life is ahead, however many ask', async () => {
    answers = [token('one'), token('two')];
    const own = tokens();
    expect(await Promise.all([own.token(), own.token(), own.token()])).toEqual(['one', 'one', 'one']);
    now += 79_000;
    expect(await own.token()).toBe('one');
    expect(asked).toBe(1);
    now += 1_000;
    expect(await own.token()).toBe('two');
  });

  it('are good to their end when they cannot be renewed', async () => {
    answers = [token('one'), { status: 503, body: 'busy' }];
    const own = tokens();
    await own.token();
    now += 99_000;
    expect(await own.token()).toBe('one');
    now += 1_000;
    await expect(own.token()).rejects.toMatchObject({ code: 'kafka-unreachable' });
  });

  it('that are refused say why and what to check, and the secret is in no message', async () => {
    answers = [{ status: 401, body: { error: 'invalid_client' } }];
    const error = await tokens()
      .token()
      .catch((each) => each);
    expect(error).toMatchObject({ code: 'kafka-refused' });
    expect(error.message).toMatch(
      /answered 401 \(invalid_client\) and gave no access token: check kafka\.sasl/,
    );
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('hush');
  });

  it.each([['no JSON'], [{}], [{ access_token: '' }], [{ access_token: 7 }], [[]]])(
    'are not made of %j',
    async (body) => {
      answers = [{ body }];
      await expect(tokens().token()).rejects.toMatchObject({ code: 'kafka-refused' });
    },
  );

  it('that nobody gives are named by their endpoint', async () => {
    const own = tokens();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await expect(own.token()).rejects.toMatchObject({
      code: 'kafka-unreachable',
      message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/t does not answer/),
    });
  });
});
