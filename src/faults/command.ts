import { nodeCommand } from '../changes/kinds/index.ts';
import type { NodeFault } from './fault.ts';

/** The user's own command takes the node; their recover command, from the journal, is what undoes it. */
export const commanded: NodeFault = {
  kind: 'command',
  needs: [],
  async inject(context, node) {
    const words = await context.commands(node);
    const limitMs = context.realMs(context.parameter('timeout'));
    const text = words.command.join(' ');
    context.began(context.now(), text);
    await context.changes.make(nodeCommand, { node }, { ...words, limitMs });
    return { affected: 1, detail: `it ended with exit code 0: ${text}` };
  },
};
