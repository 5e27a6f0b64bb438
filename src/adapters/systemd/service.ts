import type { Manager } from './manager.ts';

/** One unit of ours that is no guest's. */
export interface Service {
  /** Resolves when systemd has taken the job. */
  start(): Promise<void>;
  /** How it ended; undefined while it runs or is being started. */
  ended(): Promise<string | undefined>;
}

export function serviceUnit(manager: Manager, unit: string): Service {
  return {
    start: () => manager.startUnit(unit),
    ended: async () => {
      const active = await manager.activeState(unit);
      if (active !== 'inactive' && active !== 'failed') return undefined;
      return `${unit} is ${active}; journalctl -u ${unit} tells why`;
    },
  };
}
