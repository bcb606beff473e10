// Builds and starts the fake server.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Returns the address of a fake server and how to stop it. */
export async function startFake() {
  const folder = mkdtempSync(join(tmpdir(), 'ragserver-fake-'));
  const program = join(folder, 'fake');
  execFileSync('go', ['build', '-o', program, './fake'], { cwd: here, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0' } });
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) return { url: line, stop };
  stop();
  throw new Error('the fake server did not start');
}
