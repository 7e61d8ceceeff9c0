import type { Message, RoleHandle } from '../../src/base/role.ts';

/** A role's process as a test plays it. */
interface FakeRole extends RoleHandle {
  /** What it was told, in order. */
  readonly told: Message[];
  /** Says something as the process would. */
  say(message: Message): void;
  end(code: number): void;
}

/** `answer`: called with each message sent to it. */
export function fakeRole(
  name: string,
  answer: (message: Message, role: FakeRole) => void = () => {},
): FakeRole {
  const handlers = new Set<(message: Message) => void>();
  const told: Message[] = [];
  let finish: (code: number) => void = () => {};
  const exited = new Promise<Awaited<RoleHandle['exited']>>((resolve) => {
    finish = (code) => resolve({ code, signal: null, expected: false, stderr: '' });
  });
  const role: FakeRole = {
    role: 'recorder',
    name,
    ready: { type: 'ready' },
    told,
    send(message) {
      told.push(message);
      answer(message, role);
    },
    onMessage(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async stop() {
      finish(0);
    },
    exited,
    say(message) {
      for (const handler of handlers) handler(message);
    },
    end: (code) => finish(code),
  };
  return role;
}
