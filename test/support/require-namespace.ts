/** Integration tests change bridges, exports and mounts: never those of the machine itself. */
export function setup(): void {
  if (process.env.UMLNFS_TEST_NAMESPACE !== 'inside') {
    throw new Error(
      'cannot run integration tests here: they need namespaces of their own; run npm run test:integration -- FILE',
    );
  }
}
