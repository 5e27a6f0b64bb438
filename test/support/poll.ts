/**
 * Waits until `probe` gives something other than false or undefined, looking every 10 ms.
 * @param what completes "waited for …"
 * @param timeout milliseconds
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 30_000,
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
