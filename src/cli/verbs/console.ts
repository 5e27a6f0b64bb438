import { connect } from '../connect.ts';
import { interactive } from '../console/interactive.ts';
import { scripted } from '../console/scripted.ts';
import type { ExitReason } from '../exit-codes.ts';
import { secondsOption } from '../options.ts';
import type { Invocation } from '../verb.ts';

export async function attach(invocation: Invocation): Promise<ExitReason> {
  const [name = ''] = invocation.operands;
  const idle = secondsOption(invocation, 'idle') ?? 1000;
  const client = await connect(invocation);
  try {
    // A name that is nobody's is told as such before anything else.
    await client.guest(name);
    return process.stdin.isTTY ? await interactive(client, name) : await scripted(client, name, idle);
  } finally {
    client.close();
  }
}
