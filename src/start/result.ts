/** What a start came to, told by the inner process to the outer one. */
export interface StartResult {
  readonly guest: string;
  readonly state: string;
  /** From the start of the guest's kernel to ready. */
  readonly readySeconds: number;
  /** File system type and source of `/`, as the guest says; empty where it was not asked. */
  readonly rootMount: string;
  readonly stopSeconds: number;
}
