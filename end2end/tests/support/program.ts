import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Programs that a test starts, and ends with it. */
export class Programs {
  private running: ChildProcess[] = [];

  /** Starts a program and waits until it prints `ready`; answers what it printed. */
  async start(command: string, args: string[], env: Record<string, string>, ready: string): Promise<string> {
    const child = spawn(command, args, { env: { ...process.env, ...env }, cwd: new URL('../..', import.meta.url) });
    this.running.push(child);
    let printed = '';
    return new Promise((resolve, reject) => {
      const look = (chunk: Buffer) => {
        printed += chunk;
        if (printed.includes(ready)) resolve(printed);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${printed}`)));
    });
  }

  /** Lets them stand still, and go on: their connections stay open all the while. */
  pause(): void {
    for (const child of this.running) child.kill('SIGSTOP');
  }

  resume(): void {
    for (const child of this.running) child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    for (const child of this.running) {
      if (child.exitCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
    }
    this.running = [];
  }
}
