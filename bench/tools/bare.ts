import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { toolProcess } from './process.ts';
import { type Told, type Tool, toldLine } from './tool.ts';

/** No tool, but the floor under every client that runs on Node.js: it only reads. */
export const bare: Tool = {
  name: 'bare Node sockets',
  missing: () => null,
  async start({ url, count, rampMs }) {
    const file = join(packageRoot(), 'bench', 'tools', 'bare-main.mjs');
    let said: Told | null = null;
    const args = [file, url.host, `${url.port}`, `${count}`, `${rampMs}`];
    const { pid, ended, finish, stop } = toolProcess(process.execPath, args, (line) => {
      said = toldLine(line);
    });
    const told = ended.then(() => said ?? { good: 0, lost: 0, lostAt: [], latenessMs: null });
    return { pid, told, hurry: finish, stop };
  },
};
