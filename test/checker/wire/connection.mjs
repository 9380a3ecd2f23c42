import { once } from 'node:events';
import { connect } from 'node:net';
import { Reader, Writer } from './bytes.mjs';

const CLIENT_ID = 'checker';
const ANSWER_WITHIN_MS = 60_000;

/** One plaintext connection to one broker; requests are answered in the order in which they were sent. */
export class Connection {
  #socket;
  #waiting = [];
  #received = Buffer.alloc(0);
  #correlation = 0;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the broker closed the connection')));
  }

  /** @param {{ host: string, port: number }} address */
  static async open({ host, port }) {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /**
   * @param {{ key: number, version: number }} api
   * @param {Writer} body
   * @returns {Promise<Reader>} the answer, after its header
   */
  request(api, body) {
    const correlation = ++this.#correlation;
    const head = new Writer().int16(api.key).int16(api.version).int32(correlation).string(CLIENT_ID);
    const payload = Buffer.concat([head.toBuffer(), body.toBuffer()]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Error(`no answer to api ${api.key}`)), ANSWER_WITHIN_MS);
      this.#waiting.push({ correlation, resolve, reject, timer });
      this.#socket.write(Buffer.concat([new Writer().int32(payload.length).toBuffer(), payload]));
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const reader = new Reader(this.#received.subarray(0, end), 4);
      this.#received = this.#received.subarray(end);
      const next = this.#waiting.shift();
      clearTimeout(next?.timer);
      const correlation = reader.int32();
      if (next?.correlation === correlation) next.resolve(reader);
      else this.#fail(new Error(`answer ${correlation} came out of turn`));
    }
  }

  #fail(error) {
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }
}
