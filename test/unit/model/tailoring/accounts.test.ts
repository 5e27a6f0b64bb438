import { describe, expect, it } from 'vitest';
import {
  type AccountFiles,
  type AccountWish,
  accountsWith,
} from '../../../../src/model/tailoring/accounts.ts';

const debian: AccountFiles = {
  passwd: 'root:x:0:0:root:/root:/bin/bash\nmail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n',
  group: 'root:x:0:\ndisk:x:6:\nusers:x:100:\n',
  shadow: 'root:*:20000:0:99999:7:::\nmail:*:20000:0:99999:7:::\n',
  gshadow: 'root:*::\nusers:*::\n',
};
const nothing: AccountWish = { users: [], rootPassword: undefined };
const add = (files: AccountFiles, wish: Partial<AccountWish>) =>
  accountsWith(files, { ...nothing, ...wish }, '/bin/bash', 20_500);
const ann = { name: 'ann', uid: undefined };

describe('users', () => {
  it('are added at the end of all four files, and nothing else changes', () => {
    const { files, accounts } = add(debian, { users: [ann] });
    expect(files.passwd).toBe(`${debian.passwd}ann:x:1000:1000::/home/ann:/bin/bash\n`);
    expect(files.group).toBe(`${debian.group}ann:x:1000:\n`);
    expect(files.shadow).toBe(`${debian.shadow}ann:*:20500:0:99999:7:::\n`);
    expect(files.gshadow).toBe(`${debian.gshadow}ann:!::\n`);
    expect(accounts.get('ann')).toEqual({
      name: 'ann',
      uid: 1000,
      gid: 1000,
      home: '/home/ann',
      isNew: true,
    });
    expect(accounts.get('root')).toMatchObject({ uid: 0, home: '/root', isNew: false });
  });

  it('are not added twice', () => {
    const { files } = add(debian, { users: [ann, { name: 'bob', uid: 5000 }] });
    const again = add(files, { users: [{ name: 'bob', uid: 5000 }, ann] });
    expect(again.files).toEqual(files);
    expect(again.accounts.get('ann')?.isNew).toBe(false);
  });

  it('take the first number that neither a user nor a group has', () => {
    const files = { ...debian, group: `${debian.group}lab:x:1000:\n` };
    expect(add(files, { users: [ann] }).accounts.get('ann')).toMatchObject({ uid: 1001, gid: 1001 });
    expect(add(files, { users: [{ name: 'ann', uid: 1000 }] }).accounts.get('ann')).toMatchObject({
      uid: 1000,
      gid: 1001,
    });
  });

  it('get the group of their name where there is one', () => {
    const files = { ...debian, group: `${debian.group}ann:x:300:\n` };
    const made = add(files, { users: [ann] });
    expect(made.accounts.get('ann')).toMatchObject({ uid: 1000, gid: 300 });
    expect(made.files.group).toBe(files.group);
  });

  it('have no password where there is no shadow file', () => {
    const files = { ...debian, shadow: undefined, gshadow: undefined };
    const made = add(files, { users: [ann] }).files;
    expect(made.passwd).toContain('ann:*:1000:1000:');
    expect(made.shadow).toBeUndefined();
  });

  it('stand before what comes from NIS', () => {
    const files = { ...debian, passwd: `${debian.passwd}+::::::\n` };
    expect(add(files, { users: [ann] }).files.passwd).toMatch(/ann:.*\n\+::::::\n$/);
  });

  it('are refused where the name or the number is taken by somebody else', () => {
    expect(() => add(debian, { users: [{ name: 'mail', uid: 1000 }] })).toThrow(
      'cannot add user mail: there is one with the user id 8',
    );
    expect(() => add(debian, { users: [{ name: 'ann', uid: 8 }] })).toThrow(
      "cannot add user ann: the user id 8 is mail's",
    );
  });
});

describe("root's password", () => {
  const hash = '$y$j9T$abcdefgh$ijklmnop';

  it('is set once', () => {
    const { files } = add(debian, { rootPassword: hash });
    expect(files.shadow).toBe(`root:${hash}:20500:0:99999:7:::\nmail:*:20000:0:99999:7:::\n`);
    expect(accountsWith(files, { users: [], rootPassword: hash }, '/bin/sh', 20_900).files).toEqual(files);
  });

  it('is taken away', () => {
    const { files } = add(debian, { rootPassword: hash });
    expect(add(files, { rootPassword: '*' }).files.shadow).toContain('root:*:20500:');
  });

  it('moves to the shadow file from where everybody reads it', () => {
    const files = { ...debian, passwd: 'root::0:0:root:/root:/bin/sh\n' };
    const made = add(files, { rootPassword: '*' }).files;
    expect(made.passwd).toBe('root:x:0:0:root:/root:/bin/sh\n');
  });

  it('is in passwd where there is no shadow file', () => {
    const files = {
      passwd: 'root::0:0:root:/root:/bin/sh\n',
      group: undefined,
      shadow: undefined,
      gshadow: undefined,
    };
    expect(add(files, { rootPassword: '*' }).files.passwd).toBe('root:*:0:0:root:/root:/bin/sh\n');
  });
});

describe('malformed files', () => {
  it.each([
    ['passwd', 'root:x:0:0:root:/root\n', 'etc/passwd line 1 has 6 fields, not 7'],
    ['passwd', `${debian.passwd}\nann:x:1:1:::\n`, 'etc/passwd line 3 has 1 field, not 7'],
    [
      'passwd',
      'root:x:zero:0:root:/root:/bin/sh\n',
      'etc/passwd line 1 has something else where an id should be',
    ],
    ['passwd', `${debian.passwd}mail:x:9:9:::\n`, 'etc/passwd line 3 has a name for the second time'],
    [
      'passwd',
      'root:x:4294967295:0:root:/root:/bin/sh\n',
      'etc/passwd line 1 has something else where an id should be',
    ],
    ['passwd', ':x:1:1:::\n', 'etc/passwd line 1 has no name'],
    ['passwd', 'ann:x:1:1:\ufffd::\n', 'etc/passwd line 1 has characters that cannot be in it'],
    ['passwd', 'ann:x:1:1:M\udcfcller::\n', 'etc/passwd line 1 has characters that cannot be in it'],
    ['group', 'root:x:0\n', 'etc/group line 1 has 3 fields, not 4'],
    ['shadow', 'root:*:20000\n', 'etc/shadow line 1 has 3 fields, not 9'],
    ['gshadow', 'root:*:::\n', 'etc/gshadow line 1 has 5 fields, not 4'],
  ])('etc/%s is not touched: %j', (name, text, why) => {
    expect(() => add({ ...debian, [name]: text }, { users: [ann] })).toThrow(
      `cannot change accounts: ${why}`,
    );
  });

  it('without etc/passwd there are no accounts', () => {
    expect(() => add({ ...debian, passwd: undefined }, { users: [ann] })).toThrow(
      'the root has no etc/passwd',
    );
  });
});
