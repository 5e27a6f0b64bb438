/** The keys that only a template has, `/etc/umlnfs.d/NAME@.conf`. All other sections are those of its instances. */
import { list, optional, type SettingsOf } from '../key.ts';
import { ipv4 } from '../value-types.ts';
import { instances } from './instances.ts';

export const templateTable = {
  template: {
    name: 'Template',
    doc: 'Only in a template, NAME@.conf and its drop-ins: which guests it stands for.',
    keys: {
      instances: list(
        'Instances',
        instances,
        'The instances: each is a guest NAME:INSTANCE. A range keeps its leading zeros: 01-30 are 01, 02 and so on. Written empty there are none; without the key the template cannot be used. At most 256.',
      ),
      firstAddress: optional(
        'FirstAddress',
        ipv4,
        'The address of instance 1 (or 01). Each other instance has the one that is as far from it as its number from 1, so that no other moves when one is removed. Address= in the drop-in of an instance counts over it.',
        { derived: 'none: then Address= holds, or what holds without it' },
      ),
    },
  },
} as const;

export type TemplateSettings = SettingsOf<typeof templateTable>;

export const TEMPLATE_SECTION = templateTable.template.name;
