import { describe, expect, it } from 'vitest';
import { collapse } from '../../../../src/definition/template/collapse.ts';
import type { Problem } from '../../../../src/model/problem.ts';

const problem = (
  guest: string | undefined,
  line: number,
  message: string,
  file = '/etc/lab@.conf',
): Problem => ({
  severity: 'error',
  file,
  line,
  guest,
  message,
});
const told = (...problems: Problem[]) => collapse(problems).map(({ message }) => message);

describe('collapse', () => {
  it('tells once what all instances have', () => {
    expect(told(problem('lab:01', 3, 'x'), problem('lab:02', 3, 'x'))).toEqual(['x']);
  });

  it('tells the first of those that differ, and whose it is', () => {
    expect(
      told(problem('lab:01', 3, 'x 1'), problem('lab:02', 3, 'x 2'), problem('lab:03', 3, 'x 3')),
    ).toEqual(['x 1 (lab:01 and 2 more like it)']);
  });

  it('keeps two problems of one line apart', () => {
    const of = (guest: string) => [problem(guest, 3, 'x'), problem(guest, 3, 'y')];
    expect(told(...of('lab:01'), ...of('lab:02'))).toEqual(['x', 'y']);
  });

  it('names the one instance, where nothing else does', () => {
    expect(told(problem('lab:01', 3, 'x'))).toEqual(['x (lab:01)']);
    expect(told(problem('lab:01', 3, 'x of lab:01'))).toEqual(['x of lab:01']);
    expect(told(problem('lab:01', 3, 'x', '/etc/lab:01.conf.d/a.conf'))).toEqual(['x']);
  });

  it('keeps what is of different guests, files, lines and templates', () => {
    const different = [
      problem('web1', 3, 'x'),
      problem('web2', 3, 'x'),
      problem(undefined, 3, 'x'),
      problem('web1', 4, 'x'),
      problem('web1', 3, 'x', '/etc/web1.conf'),
      problem('lab@', 3, 'x'),
    ];
    expect(collapse(different)).toEqual(different);
  });
});
