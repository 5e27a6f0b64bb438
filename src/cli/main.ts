#!/usr/bin/env node
import { exitCode } from './exit-codes.ts';
import { endWithReader } from './output.ts';
import { run } from './run.ts';

endWithReader();
process.exitCode = exitCode(await run(process.argv.slice(2)));
