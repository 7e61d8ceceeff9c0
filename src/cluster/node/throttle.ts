/** Runs `action` at once, and what is asked for within the next `ms` once at their end: as Traefik gathers changes. */
export function throttle(ms: number, action: () => void): { ask(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let again = false;
  const begin = () => {
    action();
    timer = setTimeout(() => {
      timer = null;
      if (!again) return;
      again = false;
      begin();
    }, ms);
  };
  return {
    ask() {
      if (timer === null) begin();
      else again = true;
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      again = false;
    },
  };
}
