import { run, waitUntil } from './children.mjs';

/** Whether a Docker engine really answers, not only its command line. */
export function dockerAnswers() {
  const { ok, output } = run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 });
  return ok && /^\d+\./.test(output);
}

/**
 * Runs a container that publishes one port on the loopback address. It is removed when stopped.
 * @param {{ image: string, port: number, inside: number, env?: Record<string, string>, args?: string[] }} container
 * @param {() => Promise<boolean>} ready
 */
export async function startContainer({ image, port, inside, env = {}, args = [] }, ready) {
  const settings = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const publish = `127.0.0.1:${port}:${inside}`;
  const started = run('docker', ['run', '-d', '--rm', '-p', publish, ...settings, image, ...args]);
  if (!started.ok) throw new Error(`docker run ${image} failed: ${started.output.split('\n').at(-1)}`);
  const id = started.output.split('\n').at(-1);
  const remove = () => run('docker', ['rm', '-f', id]);
  process.once('exit', remove);
  const stop = async () => {
    process.removeListener('exit', remove);
    remove();
  };
  try {
    await waitUntil(ready, { what: image, timeoutMs: 90_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    signal: (name) => void run('docker', ['kill', '-s', name, id]),
  };
}
