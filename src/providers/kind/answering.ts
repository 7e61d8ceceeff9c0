import { waitFor } from '../../kube/wait.ts';
import type { Plan } from '../../plan/schema.ts';
import type { Workload } from '../provider.ts';
import type { Up } from './bring-up.ts';
import { runShell } from './shell.ts';

/** Ready pods are not yet routes: asks until the wanted status comes, through every node that should answer. */
export async function answering(
  { anchor, core, topology }: Up,
  workload: Workload,
  { ingress: { tls } }: Pick<Plan, 'ingress'>,
  signal: AbortSignal,
): Promise<void> {
  const { spec } = await core.readNamespacedService({ ...workload.service });
  const port = spec?.ports?.[0]?.nodePort ?? 0;
  const scheme = tls ? 'https' : 'http';
  const urls = topology.map(({ address }) => `${scheme}://${address}:${port}/short?id=0`);
  // 403 is an answer of the app's route as well: of its allow-list.
  const script = `const http=require('${scheme}');Promise.all(${JSON.stringify(urls)}.map(u=>new Promise(r=>http.get(u,{headers:{host:${JSON.stringify(workload.hostname)}},timeout:2000,rejectUnauthorized:false},a=>{a.resume();r(a.statusCode)}).on('error',()=>r(0)).on('timeout',function(){this.destroy()})))).then(all=>process.exit(all.every(s=>s===200||s===403)?0:1))`;
  await waitFor(
    'Traefik to route to the app on every node',
    90_000,
    signal,
    async () => (await runShell(['docker', 'exec', anchor.name, 'node', '-e', script])).ok,
    { pauseMs: 300 },
  );
}
