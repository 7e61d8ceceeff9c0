import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { goFirst } from '../../base/priority.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import { watchTurns } from '../../base/turns.ts';
import { clusterLateness } from '../../history/lateness.ts';
import { startControlPlane } from './control-plane.ts';
import { type ControlPlaneReport, controlPlaneProtocol } from './protocol.ts';

// The process of the embedded API server and its controllers.
serveRole(controlPlaneProtocol, async (config, context: RoleContext<never, ControlPlaneReport>) => {
  goFirst('cluster');
  const { host, port, stop } = await startControlPlane(config, {
    clock: systemClock,
    wall: systemClock.wall,
    onError: (where, error) =>
      context.emit({
        type: 'note',
        t: systemClock.now(),
        level: 'error',
        code: 'control-plane-error',
        text: `control plane, ${where}: ${messageOf(error)}`,
      }),
  });
  watchTurns((turns) => context.emit(clusterLateness('control plane', turns)));
  context.onStop(stop);
  return { host, port };
});
