import type { Problem } from '../model/problem.ts';

/** A definition file as read. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Where a key was written. */
export interface Origin {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** By `section.key` of the tables, e.g. `guest.address`. */
export type Origins = ReadonlyMap<string, Origin>;

/** The address that the addresses of a template's instances are counted from. */
export interface FirstAddress extends Origin {
  readonly address: string;
}

/** What an instance has of its template. */
export interface InstanceOf {
  /** `lab@` */
  readonly template: string;
  readonly firstAddress: FirstAddress | undefined;
  /** The paths of the files that all instances share. */
  readonly files: ReadonlySet<string>;
}

/** The files of one guest, in the order in which they count: the main file, then the drop-ins. */
export interface GuestSource {
  readonly name: string;
  /** The main file's path. */
  readonly file: string;
  readonly files: readonly SourceFile[];
  /** Why files of it could not be read; with any of these `files` is incomplete. */
  readonly problems: readonly Problem[];
  readonly instanceOf?: InstanceOf | undefined;
}

/** The files of one network, likewise. */
export type NetworkSource = GuestSource;

/** A template as far as the definitions in force depend on it. */
export interface LoadedTemplate {
  /** `lab@` */
  readonly name: string;
  /** The main file's path. */
  readonly file: string;
  /** Its own files. */
  readonly files: readonly SourceFile[];
  /** Which guests it stands for is not known: those that it had stay. */
  readonly broken: boolean;
  readonly problems: readonly Problem[];
}

/** Everything read from the definition directories and the host file at one time. */
export interface Loaded {
  readonly hostFile: string;
  /** Undefined where there is none: the defaults hold. */
  readonly host: SourceFile | undefined;
  /** Why the host file could not be read. */
  readonly hostProblems: readonly Problem[];
  /** By name, in name order. */
  readonly guests: ReadonlyMap<string, GuestSource>;
  /** Networks besides the default one, by name. */
  readonly networks: ReadonlyMap<string, NetworkSource>;
  /** Their instances are among the guests. */
  readonly templates?: readonly LoadedTemplate[] | undefined;
  /** What belongs to no guest: names that are none, directories that cannot be read. */
  readonly problems: readonly Problem[];
  /** False where a directory could not be read, so that a missing guest may be there all the same. */
  readonly complete: boolean;
  /** Numeric ids of the users that the definitions name and the host knows. */
  readonly users: ReadonlyMap<string, number>;
}
