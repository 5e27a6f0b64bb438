import { describe, expect, it } from 'vitest';
import {
  escapePath,
  formatOwn,
  parseEtab,
  parseExports,
  parseOwn,
  unescapePath,
} from '../../../../../src/adapters/exporter/exportfs/text.ts';

const web1 = { guest: 'web1', path: '/export/web1', client: '192.168.2.2', options: ['rw', 'fsid=0'] };

describe('paths', () => {
  it('are plain where they can be, and octal where a character means something', () => {
    expect(escapePath('/export/web-1.a_b@c')).toBe('/export/web-1.a_b@c');
    expect(escapePath('/a b#c"(d)\\\tä')).toBe('/a\\040b\\043c\\042\\050d\\051\\134\\011\\303\\244');
  });

  it('are read back', () => {
    for (const path of ['/a b', '/ä\\040', '/#"\n', '/日本'])
      expect(unescapePath(escapePath(path))).toBe(path);
  });
});

describe('the own table', () => {
  it('names the guest above each line and is read back', () => {
    const entries = [web1, { ...web1, guest: 'web2', path: '/export/w 2' }];
    const text = formatOwn(entries);
    expect(text.split('\n').slice(1)).toEqual([
      '# guest web1',
      '/export/web1 192.168.2.2(rw,fsid=0)',
      '# guest web2',
      '/export/w\\0402 192.168.2.2(rw,fsid=0)',
      '',
    ]);
    expect(parseOwn(text)).toEqual(entries);
  });

  it('takes nothing for its own that has no guest above it or is not one export', () => {
    expect(parseOwn('/export/x 192.168.2.2(rw)\n# guest web1\n\n/export/y 192.168.2.2(rw)\n')).toEqual([]);
    expect(parseOwn('# guest web1\n/export/x 192.168.2.2(rw) 192.168.2.3(rw)\n')).toEqual([]);
    expect(parseOwn('')).toEqual([]);
  });
});

describe('parseExports', () => {
  const parse = (text: string) =>
    parseExports(text).map(({ path, client, options }) => `${path} ${client} ${options.join()}`);

  it('reads clients, default options, comments, quotes and continued lines', () => {
    expect(
      parse(`# nothing
/srv 10.0.0.1(rw,sync) 10.0.0.0/8
"/srv/a b" -ro,async *.lan(no_subtree_check) @group # rest
/srv/c\\040d \\
  host(rw)
`),
    ).toEqual([
      '/srv 10.0.0.1 rw,sync',
      '/srv 10.0.0.0/8 ',
      '/srv/a b *.lan ro,async,no_subtree_check',
      '/srv/a b @group ro,async',
      '/srv/c d host rw',
    ]);
  });

  it('knows what is exported to everyone: brackets after a space, and a path alone', () => {
    expect(parse('/srv host (rw)\n/pub')).toEqual(['/srv host ', '/srv * rw', '/pub * ']);
  });
});

describe('parseEtab', () => {
  it('reads what exportfs keeps, and drops what it cannot', () => {
    expect(
      parseEtab('/e\\040(2)\\043x\t192.168.2.0/24(ro,sync,sec=sys:krb5,ro)\n\nrubbish\n/e\t*(rw)\n'),
    ).toEqual([
      { path: '/e (2)#x', client: '192.168.2.0/24', options: ['ro', 'sync', 'sec=sys:krb5', 'ro'] },
      { path: '/e', client: '*', options: ['rw'] },
    ]);
  });
});
