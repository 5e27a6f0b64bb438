import { connect } from '../connect.ts';
import type { ExitReason } from '../exit-codes.ts';
import type { Invocation } from '../verb.ts';

export async function reload(invocation: Invocation): Promise<ExitReason> {
  const client = await connect(invocation);
  try {
    const problems = await client.reload();
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    return problems.some((problem) => problem.includes(': error: ')) ? 'failure' : 'ok';
  } finally {
    client.close();
  }
}
