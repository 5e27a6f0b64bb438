import type { Exporter } from './exporter.ts';

/** Nobody exports here: the guests' roots are elsewhere, or exported by hand. */
export function noExporter(): Exporter {
  return {
    kind: 'none',
    observe: async () => ({ kind: 'none', running: true, exports: [] }),
    start: async () => {},
    add: async () => {},
    remove: async () => {},
    onChange: () => () => {},
    close: async () => {},
  };
}
