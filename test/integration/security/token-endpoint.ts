import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenEndpoint {
  readonly url: string;
  /** What it was asked with. */
  readonly asked: { readonly authorization: string; readonly body: string }[];
  stop(): Promise<void>;
}

/** Gives access tokens that a broker without an authority accepts (unsecured JSON web tokens), each good for a while. */
export async function startTokenEndpoint(goodForSeconds: number): Promise<TokenEndpoint> {
  const asked: { authorization: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push({ authorization: request.headers.authorization ?? '', body });
    const now = Math.floor(Date.now() / 1_000);
    const claims = { sub: 'tact', iat: now, exp: now + goodForSeconds };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: `${part({ alg: 'none' })}.${part(claims)}.`,
        token_type: 'Bearer',
        expires_in: goodForSeconds,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/token`,
    asked,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
