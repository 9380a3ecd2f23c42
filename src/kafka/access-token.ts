import { messageOf, TactError } from '../kernel/errors.ts';
import { type Duration, type Instant, SECOND } from '../kernel/time.ts';

/** The client-credentials grant of OAuth 2 (RFC 6749, section 4.4). */
export interface TokenSource {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

interface Token {
  readonly value: string;
  /** From here on another one is asked for; the old one is still good for a while. */
  readonly renewAt: Instant;
  readonly expiresAt: Instant;
}

const ANSWER_WITHIN: Duration = 10 * SECOND;
/** What a token is good for when its endpoint does not say. */
const LIFETIME_UNTOLD: Duration = 60 * SECOND;
/** A token is renewed when this share of its life is over. */
const RENEW_AFTER = 0.8;

/**
 * Access tokens of one client, asked for when a connection authenticates: the same one until most of its life is over, and a
 * renewal that fails harms nobody as long as the old one is good.
 */
export class AccessTokens {
  readonly #source: TokenSource;
  readonly #now: () => Instant;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(source: TokenSource, now: () => Instant = Date.now) {
    this.#source = source;
    this.#now = now;
  }

  /** Throws `kafka-unreachable` or `kafka-refused` when there is none. */
  async token(): Promise<string> {
    const known = this.#token;
    if (known && this.#now() < known.renewAt) return known.value;
    try {
      this.#asking ??= this.#ask();
      this.#token = await this.#asking;
      return this.#token.value;
    } catch (error) {
      if (known && this.#now() < known.expiresAt) return known.value;
      throw error;
    } finally {
      this.#asking = undefined;
    }
  }

  async #ask(): Promise<Token> {
    const { tokenEndpoint, clientId, clientSecret, scope } = this.#source;
    const user = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    const asked = this.#now();
    let response: Response;
    try {
      response = await fetch(tokenEndpoint, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(user).toString('base64')}`,
          accept: 'application/json',
        },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          ...(scope !== undefined && { scope }),
        }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
    } catch (cause) {
      throw new TactError('kafka-unreachable', `${tokenEndpoint} does not answer: ${messageOf(cause)}`, {
        cause,
      });
    }
    const answer: unknown = await response.json().catch(() => undefined);
    return this.#read(response.status, answer, asked);
  }

  #read(status: number, answer: unknown, asked: Instant): Token {
    const { access_token, expires_in, error } = (answer ?? {}) as Record<string, unknown>;
    if (typeof access_token !== 'string' || access_token === '') {
      const told = typeof error === 'string' ? ` (${error.slice(0, 100)})` : '';
      throw new TactError(
        status >= 500 ? 'kafka-unreachable' : 'kafka-refused',
        `${this.#source.tokenEndpoint} answered ${status}${told} and gave no access token: check kafka.sasl`,
      );
    }
    const seconds = typeof expires_in === 'number' && expires_in > 0 ? expires_in : undefined;
    const lifetime = seconds === undefined ? LIFETIME_UNTOLD : seconds * SECOND;
    return { value: access_token, renewAt: asked + RENEW_AFTER * lifetime, expiresAt: asked + lifetime };
  }
}
