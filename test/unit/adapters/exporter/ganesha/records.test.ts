import { describe, expect, it } from 'vitest';
import { numericOwners } from '../../../../../src/adapters/exporter/ganesha/find.ts';
import { hintOf, reasonOf } from '../../../../../src/adapters/exporter/ganesha/log.ts';
import {
  chooseId,
  formatRecord,
  guestOfTag,
  parseRecord,
  tagOf,
} from '../../../../../src/adapters/exporter/ganesha/records.ts';
import { clientOf, seenExports } from '../../../../../src/adapters/exporter/ganesha/seen.ts';

const record = {
  id: 4711,
  guest: 'web.1-a_b',
  path: '/export/golden',
  clients: [{ client: '192.168.2.2', options: ['rw', 'fsid=0', 'no_root_squash'] }],
};
const served = {
  id: 4711,
  path: '/export/golden',
  tag: tagOf(record),
  clients: [{ client: '192.168.2.2/32', options: 35_660_768, anonuid: 65_534, anongid: 65_534 }],
};

describe('tags', () => {
  it('say whose export it is, and only for its own number', () => {
    expect(guestOfTag(tagOf(record), 4711)).toBe('web.1-a_b');
    for (const tag of [
      '',
      'umlnfs',
      'umlnfs::4711',
      'umlnfs:../x:4711',
      'xumlnfs:a:4711',
      'umlnfs:a:4711 ',
    ]) {
      expect(guestOfTag(tag, 4711), tag).toBeUndefined();
    }
    expect(guestOfTag(tagOf(record), 4712)).toBeUndefined();
  });
});

describe('records', () => {
  it('are read back from the file the server reads', () => {
    const text = formatRecord('export', record);
    expect(parseRecord(text)).toEqual(record);
    expect(text).toContain('Pseudo = "/umlnfs/web.1-a_b/export/golden";');
  });

  it('are not taken from what somebody else wrote', () => {
    for (const text of ['', 'EXPORT { }', '# umlnfs: {', '# umlnfs: 5', '# umlnfs: {"id":1}']) {
      expect(parseRecord(text), text).toBeUndefined();
    }
  });
});

describe('chooseId', () => {
  it('is the same for the same export, never 0, and never one that is taken', () => {
    const id = chooseId('web1', '/export/web1', new Set());
    expect(chooseId('web1', '/export/web1', new Set([id + 1]))).toBe(id);
    expect(chooseId('web1', '/export/web1', new Set([id]))).toBe(id + 1);
    const allButOne = new Set(Array.from({ length: 65_536 }, (_, index) => index).filter((one) => one !== 5));
    expect(chooseId('web1', '/export/web1', allButOne)).toBe(5);
    expect(chooseId('web1', '/x', new Set([...allButOne, 5].filter((one) => one !== 9 && one !== 0)))).toBe(
      9,
    );
  });
});

describe('seenExports', () => {
  it('shows the options that were asked for while the server does what they come to', () => {
    expect(seenExports([served], [record])).toEqual([
      {
        guest: 'web.1-a_b',
        path: '/export/golden',
        client: '192.168.2.2',
        options: ['rw', 'fsid=0', 'no_root_squash'],
        whole: true,
      },
    ]);
  });

  it('shows what the server does where that is something else, or not known to be asked for', () => {
    const readOnly = { ...record, clients: [{ client: '192.168.2.2', options: ['ro'] }] };
    for (const records of [[readOnly], [], [{ ...record, path: '/other' }]]) {
      const [seen] = seenExports([served], records);
      expect(seen?.whole).toBe(false);
      expect(seen?.options).toEqual([
        'rw',
        'no_root_squash',
        'anonuid=65534',
        'anongid=65534',
        'secure',
        'sec=sys',
      ]);
    }
  });

  it('claims nothing that has no tag of ours', () => {
    expect(seenExports([{ ...served, tag: 'theirs' }], [record])).toMatchObject([
      { guest: undefined, whole: true },
    ]);
    expect(clientOf({ client: '192.168.2.0/24', options: 0, anonuid: 0, anongid: 0 })).toBe('192.168.2.0/24');
  });
});

describe('the log of a server that ended', () => {
  const line = (level: string, text: string) =>
    `23/11/2026 14:07:01 : epoch 6b : vm : nfs-ganesha-71[main] f :CONFIG :${level} :${text}`;

  it('gives the reason', () => {
    const log = [
      line('EVENT', 'nfs-ganesha Starting'),
      line('CRIT', 'Error while parsing core configuration'),
      line(
        'CRIT',
        'Config File (/run/c.conf:6): No IP address found for 192.168.2.1 because:Name or service not known',
      ),
      line('CRIT', 'ERROR: gssd_refresh_krb5_machine_credential: no usable keytab entry found'),
      line('FATAL', 'Fatal errors.  Server exiting...'),
    ].join('\n');
    const reason = reasonOf(log);
    expect(reason).toBe('No IP address found for 192.168.2.1 because:Name or service not known');
    expect(hintOf(reason ?? '')).toMatch(/interface with an address/);
    expect(reasonOf(line('EVENT', 'fine'))).toBeUndefined();
  });
});

describe('numericOwners', () => {
  it('does not know where there is no file', async () => {
    expect(await numericOwners('/nonexistent/ganesha.conf')).toBeUndefined();
  });
});
