import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { goFirst } from '../../base/priority.ts';
import { serveRole } from '../../base/role.ts';
import { controlPlaneConfig } from './config.ts';
import { startControlPlane } from './control-plane.ts';

// The process of the embedded API server and its controllers. Ready: {host, port}. Out: note {level, code, text} for what
// should not happen.
serveRole(controlPlaneConfig, async (config, context) => {
  goFirst('cluster');
  const { host, port, stop } = await startControlPlane(config, {
    clock: systemClock,
    wall: systemClock.wall,
    onError: (where, error) =>
      context.emit({
        type: 'note',
        level: 'error',
        code: 'control-plane-error',
        text: `control plane, ${where}: ${messageOf(error)}`,
      }),
  });
  context.onStop(stop);
  return { host, port };
});
