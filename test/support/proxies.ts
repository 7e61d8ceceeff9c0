import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '../../src/base/find-program.ts';

/** A real proxy in front of an application, and the shell commands that change it. */
export interface RealProxy {
  readonly name: string;
  readonly reload: string;
  readonly restart: string;
  /** Killed with all its processes, and started again. */
  readonly kill: string;
  stop(): void;
}

type ProxyName = 'nginx' | 'haproxy';

export const hasProxy = (name: ProxyName): boolean => findProgram(name, process.env) !== null;

interface Recipe {
  readonly file: string;
  config(port: number, upstream: number, folder: string): string;
  /** Starts it in the foreground. */
  start(folder: string): readonly string[];
  readonly reload: string;
}

const recipes: Record<ProxyName, Recipe> = {
  nginx: {
    file: 'nginx.conf',
    config: (port, upstream, folder) => `
daemon off;
user root;
worker_processes 2;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_next_upstream off;
    }
  }
}
`,
    start: (folder) => [
      'nginx',
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
      '-e',
      join(folder, 'error.log'),
    ],
    reload: 'HUP',
  },
  haproxy: {
    file: 'haproxy.cfg',
    config: (port, upstream) => `
global
  maxconn 2000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  retries 0
frontend in
  bind 127.0.0.1:${port}
  default_backend app
backend app
  server one 127.0.0.1:${upstream}
`,
    start: (folder) => ['haproxy', '-W', '-db', '-f', join(folder, 'haproxy.cfg')],
    reload: 'USR2',
  },
};

/** Starts it in a process group of its own, whose id is kept in a file that the commands read. */
export async function startProxy(
  name: ProxyName,
  port: number,
  upstream: number,
  folder: string,
): Promise<RealProxy> {
  const { file, config, start, reload } = recipes[name];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), config(port, upstream, folder));
  const group = join(folder, 'group');
  const [program = '', ...args] = start(folder);
  const launch = () => {
    const child: ChildProcess = spawn(program, args, { detached: true, stdio: 'ignore' });
    writeFileSync(group, String(child.pid));
    child.unref();
  };
  launch();
  await answering(port);
  const begin = `setsid ${[program, ...args].join(' ')} >/dev/null 2>&1 </dev/null & echo $! > ${group}`;
  const gone = `while kill -0 $p 2>/dev/null; do sleep 0.02; done`;
  return {
    name,
    reload: `p=$(cat ${group}); kill -${reload} $p; sleep 1`,
    restart: `p=$(cat ${group}); kill -TERM $p; ${gone}; sleep 0.5; ${begin}; sleep 1`,
    kill: `p=$(cat ${group}); kill -KILL -$p; ${gone}; sleep 0.5; ${begin}; sleep 1`,
    stop() {
      const leader = Number(readFileSync(group, 'utf8'));
      if (!Number.isInteger(leader) || leader <= 1) return; // nothing of ours is known to run
      try {
        // Not the program `kill`: that of procps 4.0.2 takes `-KILL -12345` for every process there is.
        process.kill(-leader, 'SIGKILL');
      } catch {
        // it has ended
      }
    },
  };
}

async function answering(port: number): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}
