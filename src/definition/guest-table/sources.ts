/** Where the keys of a guest are described by those who made them. */
export const nfsroot = 'Linux Documentation/admin-guide/nfs/nfsroot.rst';
export const nfs5 = 'nfs(5)';
