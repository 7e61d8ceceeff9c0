import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { toolProcess } from './process.ts';
import { type Told, type Tool, toldLine } from './tool.ts';

export const autocannon: Tool = {
  name: 'autocannon',
  missing: () => null,
  async start({ url, count, streamSeconds }) {
    const file = join(packageRoot(), 'bench', 'tools', 'autocannon-main.ts');
    const args = [`http://${url.host}:${url.port}/`, `${count}`, `${streamSeconds + 30}`];
    let said: Told | null = null;
    const { pid, ended, finish, stop } = toolProcess(
      process.execPath,
      ['--import', 'tsx', file, ...args],
      (line) => {
        said = toldLine(line);
      },
    );
    const told = ended.then(() => said ?? { good: 0, lost: 0, lostAt: [], latenessMs: null });
    return { pid, told, hurry: finish, stop };
  },
};
