// Certificates for tests, written by hand in DER (X.509 v3, RFC 5280), so that no tool has to be installed for them.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const DAY = 86_400_000;
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/**
 * @typedef {object} Issued PEM texts
 * @property {string} certificate
 * @property {string} key
 */

/** An authority that nobody knows but who is told. */
export function createAuthority(name = 'tact test authority') {
  const keys = newKeys();
  const own = {
    subject: name,
    publicKey: keys.publicKey,
    from: -DAY,
    until: 365 * DAY,
    extensions: [basicConstraints(true)],
  };
  return {
    /** PEM of the authority itself. */
    certificate: certificate({ ...own, issuer: name, signedWith: keys.privateKey }),
    /**
     * @param {object} options
     * @param {string[]} [options.hosts] DNS names
     * @param {number} [options.from] milliseconds from now
     * @param {number} [options.until]
     * @returns {Issued}
     */
    issue({ hosts = ['localhost'], from = -DAY, until = 30 * DAY } = {}) {
      const leaf = newKeys();
      const extensions = [basicConstraints(false), subjectAltName(hosts)];
      const of = { subject: hosts[0], publicKey: leaf.publicKey, from, until, extensions };
      return {
        certificate: certificate({ ...of, issuer: name, signedWith: keys.privateKey }),
        key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function certificate({ subject, issuer, publicKey, signedWith, from, until, extensions }) {
  const algorithm = sequence(oid(ECDSA_SHA256));
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(0x01), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    sequence(time(from), time(until)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = tagged(0x03, Buffer.of(0), sign('sha256', body, signedWith));
  return pem(sequence(body, algorithm, signature));
}

function basicConstraints(isAuthority) {
  const value = isAuthority ? sequence(tagged(0x01, Buffer.of(0xff))) : sequence();
  return sequence(oid('2.5.29.19'), tagged(0x01, Buffer.of(0xff)), tagged(0x04, value));
}

function subjectAltName(hosts) {
  return sequence(
    oid('2.5.29.17'),
    tagged(0x04, sequence(...hosts.map((host) => tagged(0x82, Buffer.from(host))))),
  );
}

function nameOf(commonName) {
  return sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))));
}

function time(fromNow) {
  const text = new Date(Date.now() + fromNow)
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);
  return tagged(0x17, Buffer.from(text));
}

function oid(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(number) {
  const bytes = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function integer(bytes) {
  return tagged(0x02, bytes);
}

function sequence(...parts) {
  return tagged(0x30, ...parts);
}

function tagged(tag, ...parts) {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

function pem(der) {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
