import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { type Service, serve } from '../../src/adapters/dbus/service/serve.ts';
import { compiledSources } from './compiled.ts';
import { startTestBus, type TestBus } from './dbus-daemon.ts';
import type { ScriptedControl } from './scripted-control.ts';

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

export interface CliStage {
  readonly bus: TestBus;
  readonly service: Service;
  /** The CLI's main file. */
  readonly main: string;
  /** Runs the real CLI against the service. */
  cli(args: readonly string[], options?: Options): Promise<CliResult>;
  remove(): Promise<void>;
}

/** The real D-Bus service over scripted answers, on a bus of its own, and the CLI compiled. */
export async function cliStage(control: ScriptedControl): Promise<CliStage> {
  const main = join(await compiledSources(), 'cli/main.js');
  const bus = await startTestBus();
  const service = await serve(control, { address: bus.address });
  return {
    bus,
    service,
    main,
    cli: (args, options) =>
      runCli(main, args, { ...options, env: { UMLNFS_BUS: bus.address, ...options?.env } }),
    remove: async () => {
      await service.close();
      await bus.remove();
    },
  };
}

export async function runCli(
  main: string,
  args: readonly string[],
  options: Options = {},
): Promise<CliResult> {
  const result = await execa('node', [main, ...args], {
    timeout: 60_000,
    ...options,
    reject: false,
    stripFinalNewline: false,
  });
  return { stdout: String(result.stdout), stderr: String(result.stderr), code: result.exitCode };
}
