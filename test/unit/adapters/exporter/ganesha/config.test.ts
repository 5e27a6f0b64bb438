import { describe, expect, it } from 'vitest';
import { exportConfig, quoted, serverConfig } from '../../../../../src/adapters/exporter/ganesha/config.ts';
import { effectOf } from '../../../../../src/adapters/exporter/ganesha/effect.ts';
import { UserError } from '../../../../../src/model/error.ts';

const block = {
  id: 7,
  path: '/export/web1',
  pseudo: '/export/web1',
  tag: 'umlnfs:web1:7',
  clients: [{ client: '192.168.2.2', effect: effectOf('export', ['rw', 'no_root_squash']) }],
};

describe('exportConfig', () => {
  it('is one EXPORT block that gives only its clients access', () => {
    const text = exportConfig(block);
    expect(text).toContain('  Export_Id = 7;\n  Path = "/export/web1";\n');
    expect(text).toContain('  Access_Type = None;\n');
    expect(text).toContain(
      '  CLIENT {\n    Clients = 192.168.2.2;\n    Access_Type = RW;\n    Squash = No_Root_Squash;\n',
    );
    expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
  });

  it('refuses whatever could end a value', () => {
    for (const path of ['/a"', "/a'", '/a\\', '/a\n', '/a\0']) {
      expect(() => exportConfig({ ...block, path }), JSON.stringify(path)).toThrow(UserError);
    }
    expect(quoted('/a; } EXPORT { #')).toBe('"/a; } EXPORT { #"');
    for (const client of ['*', '192.168.2.2; }', '192.168.2.2\n', '@group', '192.168.2.0/240']) {
      const clients = [{ client, effect: effectOf('export', []) }];
      expect(() => exportConfig({ ...block, clients }), client).toThrow(UserError);
    }
    const clients = [{ client: '192.168.2.2', effect: { ...effectOf('export', []), flavours: ['sys; }'] } }];
    expect(() => exportConfig({ ...block, clients })).toThrow(UserError);
  });
});

describe('serverConfig', () => {
  it('serves version 4 with numeric owners, from directories of its own', () => {
    const text = serverConfig({
      address: '192.168.2.1',
      port: 2049,
      recoveryDirectory: '/run/umlnfs/ganesha/recovery',
      credentialsDirectory: '/run/umlnfs/ganesha/credentials',
      exports: ['/run/umlnfs/ganesha/exports/7.conf'],
    });
    expect(text).toMatch(/^ {2}Protocols = 4;$/m);
    expect(text).toMatch(/^ {2}Bind_addr = 192\.168\.2\.1;$/m);
    expect(text).toMatch(/^ {2}Only_Numeric_Owners = true;$/m);
    expect(text).toMatch(/^ {2}RecoveryRoot = "\/run\/umlnfs\/ganesha\/recovery";$/m);
    expect(text).toMatch(/^%include "\/run\/umlnfs\/ganesha\/exports\/7\.conf"$/m);
  });
});
