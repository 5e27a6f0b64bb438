import { describe, expect, it, vi } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { checkDefinitions } from '../../../src/definition/check.ts';
import { guestTable } from '../../../src/definition/guest-table.ts';
import { MOST_FAULTS } from '../../../src/definition/scan.ts';
import { formatProblem } from '../../../src/model/problem.ts';
import { definition, loadedWith } from '../../support/loaded.ts';

const GIVEN_UP = `cannot read the rest of the file: there are ${MOST_FAULTS} errors before it; correct those first`;
const many = (line: string, count = 200_000) => `${line}\n`.repeat(count);

describe('a file of garbage', () => {
  it.each([
    ['keys that are none', `[Guest]\n${many('X=y')}`],
    ['sections that are none', many('[X]')],
    ['values that are none', `[Guest]\n${many('Memory=lots')}`],
    ['words that are none', `[Guest]\n${many('Arguments=init=/a ubd0=b con0=c')}`],
  ])('of %s has few problems, and the others are read', (_what, text) => {
    const catalog = nextCatalog(undefined, loadedWith({ web1: text, web2: definition(3) }));
    expect([...catalog.guests.keys()]).toEqual(['web2']);
    const errors = catalog.problems.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(MOST_FAULTS + 1);
    expect(catalog.problems.length).toBeLessThanOrEqual(2 * MOST_FAULTS + 2);
    expect(catalog.problems.every(({ file, line }) => file.endsWith('web1.conf') && line !== undefined)).toBe(
      true,
    );
    expect(errors.at(-1)?.message).toBe(GIVEN_UP);
  });

  it('has few problems in all, whatever its lines are', () => {
    const text = ['[Guest]', 'X=y', '[Nothing]', 'nonsense', ''].join('\n').repeat(60);
    const problems = checkDefinitions(loadedWith({ web1: text }));
    expect(problems.length).toBeLessThanOrEqual(MOST_FAULTS + 1);
  });

  it('may be the host file, or that of a network', () => {
    const garbage = `[Bridge]\n${many('X=y')}`;
    const host = nextCatalog(undefined, loadedWith({}, { host: garbage }));
    expect(host.problems).toHaveLength(MOST_FAULTS + 1);
    const network = nextCatalog(
      undefined,
      loadedWith({ web2: definition(3) }, { networks: { lab: garbage } }),
    );
    expect(network.problems).toHaveLength(MOST_FAULTS + 1);
    expect([...network.guests.keys()]).toEqual(['web2']);
  });

  it('that is a template is told once, and not asked of each instance', () => {
    const loaded = loadedWith({
      'lab@': `[Template]\nInstances=1-256\n[Guest]\n${many('X=y', 3000)}`,
      'one@': `[Template]\nInstances=1-256\n[Guest]\n${many('Address=192.168.2.2', 3000)}`,
    });
    expect(loaded.guests.size).toBe(0);
    const { problems, heldTemplates } = nextCatalog(undefined, loaded);
    expect(heldTemplates).toEqual(new Set(['lab@', 'one@']));
    const ofLab = problems.filter(({ guest }) => guest === 'lab@');
    expect(ofLab).toHaveLength(MOST_FAULTS + 1);
    expect(ofLab.at(-1)).toMatchObject({ message: GIVEN_UP, line: 54 });
    expect(problems.filter(({ message }) => message === GIVEN_UP)).toHaveLength(2);
  });
});

it('many lines of a list add up', () => {
  const text = `[Guest]\n${'Arguments=quiet\n'.repeat(60_000)}`;
  const { problems } = nextCatalog(undefined, loadedWith({ web1: text }));
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/longer than 2048 characters/),
  ]);
});

it('a list of one file does not grow by another', () => {
  const loaded = loadedWith(
    { web1: '[Guest]\nArguments=b\nArguments=c\n', web2: '[Guest]\nArguments=d\n' },
    { host: '[Guest]\nArguments=a\n' },
  );
  const { guests } = nextCatalog(undefined, loaded);
  expect(guests.get('web1')?.guest.arguments).toEqual(['a', 'b', 'c']);
  expect(guests.get('web2')?.guest.arguments).toEqual(['a', 'd']);
});

it('a defect of the parser is a problem of the definition that meets it', () => {
  const { type } = guestTable.guest.keys.description;
  const parse = type.parse.bind(type);
  const meets = vi.spyOn(type, 'parse').mockImplementation((text) => {
    if (text === 'bad') throw new RangeError('too much');
    return parse(text);
  });
  const loaded = loadedWith({
    'lab@': '[Template]\nInstances=1-2\n[Guest]\nDescription=bad\n',
    web1: '[Guest]\nDescription=bad\n',
    web2: definition(3),
  });
  const { guests, problems, heldTemplates } = nextCatalog(undefined, loaded);
  meets.mockRestore();
  expect([...guests.keys()]).toEqual(['web2']);
  expect(heldTemplates).toEqual(new Set(['lab@']));
  expect(problems.map(formatProblem)).toContain(
    '/etc/umlnfs.d/web1.conf: error: cannot read the definition: too much; this is a defect of umlnfs, please report it with the file',
  );
});
