import type { Message } from 'dbus-next';
import { messageOf, UserError } from '../../model/error.ts';
import { type Bus, connectBus, isDBusError } from '../dbus/bus.ts';
import { guestOfUnit, guestUnits, unitOf, unitPath } from './unit-name.ts';
import {
  noUnit,
  type Properties,
  serviceProperties,
  stateOf,
  type UnitState,
  unitProperties,
} from './unit-state.ts';

const service = 'org.freedesktop.systemd1';
const root = '/org/freedesktop/systemd1';
const managerInterface = `${service}.Manager`;
const propertiesInterface = 'org.freedesktop.DBus.Properties';
const dbusName = 'org.freedesktop.DBus';

/** Milliseconds for an answer; reading all files again may take long on a large host. */
const patience = 25_000;
const reloadPatience = 90_000;
const reconnectDelay = 500;
const toBus = {
  destination: dbusName,
  path: '/org/freedesktop/DBus',
  interface: dbusName,
  timeout: patience,
};

export interface ManagerListener {
  /** Properties of a guest's unit changed. */
  changed(guest: string, state: Partial<UnitState>): void;
  /** A job for a guest's unit has ended, or systemd has put the unit away: its state is to be asked for. */
  outdated(guest: string): void;
  /** Anything may have changed: systemd has read its files again, or the bus was away. */
  unsure(): void;
}

/** systemd's manager, for the units of guests. Calls reject with UserError. */
export class Manager {
  readonly #where: string;
  /** Guests by the path of their units. */
  readonly #watched = new Map<string, string>();
  #bus: Bus | undefined;
  /** Its unique name: anybody can send us a signal. */
  #sender = '';
  #reloading = false;
  #listener: ManagerListener | undefined;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  /** 257 and so on. */
  version = 0;

  private constructor(where: string) {
    this.#where = where;
  }

  /** @throws UserError where systemd does not answer on the bus */
  static async connect(where = 'system'): Promise<Manager> {
    const manager = new Manager(where);
    await manager.#connect();
    return manager;
  }

  listen(listener: ManagerListener): void {
    this.#listener = listener;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#bus?.close();
  }

  /** The guests whose units systemd has loaded. */
  async guests(): Promise<string[]> {
    const names = (await this.#list(guestUnits)).map((unit) => guestOfUnit(String(unit[0])));
    return names.filter((name) => name !== undefined);
  }

  /** Rows of loaded units; asking for one by its path would load it, and have it put away again. */
  async #list(pattern: string): Promise<unknown[][]> {
    const [units] = await this.#ask('list units', 'ListUnitsByPatterns', 'asas', [], [pattern]);
    return units as unknown[][];
  }

  /** Whether there is a unit file of that name. */
  async hasUnitFile(name: string): Promise<boolean> {
    try {
      await this.#call({ member: 'GetUnitFileState', signature: 's', body: [name] });
      return true;
    } catch {
      return false;
    }
  }

  /** A guest's unit as it is now; one that is not loaded is at rest. */
  async state(guest: string): Promise<UnitState> {
    const [row] = await this.#list(unitOf(guest));
    if (row === undefined) return noUnit;
    const path = unitPath(unitOf(guest));
    const get = (spec: string) => async (name: string) => {
      const body = [`${service}.${spec}`, name];
      const call = { path, interface: propertiesInterface, member: 'Get', signature: 'ss', body };
      return [name, (await this.#call(call))[0]] as const;
    };
    try {
      const entries = await Promise.all([
        ...unitProperties.map(get('Unit')),
        ...serviceProperties.map(get('Service')),
      ]);
      const told = stateOf(Object.fromEntries(entries) as Properties);
      // (ssssssouso): the row is of one moment.
      return { ...noUnit, ...told, active: String(row[3]), sub: String(row[4]), job: row[7] !== 0 };
    } catch (error) {
      if (isDBusError(error, 'org.freedesktop.DBus.Error.UnknownObject')) return noUnit;
      throw new UserError(`ask systemd for ${unitOf(guest)}`, messageOf(error), { cause: error });
    }
  }

  /** Tells the listener of changes of this guest's unit from now on. */
  async watch(guest: string): Promise<void> {
    const path = unitPath(unitOf(guest));
    if (this.#watched.has(path)) return;
    this.#watched.set(path, guest);
    if (this.#bus !== undefined) await this.#match(this.#bus, ruleOf(path));
  }

  /** Each resolves when systemd has taken the job. */
  async start(guest: string): Promise<void> {
    await this.#ask(`start guest ${guest}`, 'StartUnit', 'ss', unitOf(guest), 'replace');
  }
  async stop(guest: string): Promise<void> {
    await this.#ask(`stop guest ${guest}`, 'StopUnit', 'ss', unitOf(guest), 'replace');
  }
  async restart(guest: string): Promise<void> {
    await this.#ask(`restart guest ${guest}`, 'RestartUnit', 'ss', unitOf(guest), 'replace');
  }

  /** These give way to a job that is there, and to an end that came first; false where a job was in the way. */
  async offerStart(guest: string): Promise<boolean> {
    return await this.#offer(`start guest ${guest}`, 'StartUnit', guest);
  }
  async offerRestart(guest: string): Promise<boolean> {
    return await this.#offer(`restart guest ${guest}`, 'TryRestartUnit', guest);
  }

  async #offer(action: string, member: string, guest: string): Promise<boolean> {
    try {
      await this.#call({ member, signature: 'ss', body: [unitOf(guest), 'fail'] });
      return true;
    } catch (error) {
      if (isDBusError(error, `${service}.TransactionIsDestructive`)) return false;
      throw jobError(action, error);
    }
  }

  /** Starts any unit, and resolves when systemd has taken the job. */
  async startUnit(unit: string): Promise<void> {
    await this.#ask(`start ${unit}`, 'StartUnit', 'ss', unit, 'replace');
  }

  /** ActiveState of any unit; `activating` also where a job for it waits. */
  async activeState(unit: string): Promise<string> {
    const [path] = await this.#ask(`look at ${unit}`, 'LoadUnit', 's', unit);
    const all = await this.#call({
      path: String(path),
      interface: propertiesInterface,
      member: 'GetAll',
      signature: 's',
      body: [`${service}.Unit`],
    });
    const { active, job } = stateOf(all[0] as Properties);
    return job && active === 'inactive' ? 'activating' : (active ?? 'inactive');
  }

  /** Clears failure, restarts and start limit; nothing where the unit is not loaded. */
  async resetFailed(guest: string): Promise<void> {
    try {
      await this.#call({ member: 'ResetFailedUnit', signature: 's', body: [unitOf(guest)] });
    } catch (error) {
      if (!isDBusError(error, `${service}.NoSuchUnit`)) {
        throw new UserError(`reset guest ${guest}`, messageOf(error), { cause: error });
      }
    }
  }

  async kill(guest: string, signal: number): Promise<void> {
    await this.#ask(`end guest ${guest}`, 'KillUnit', 'ssi', unitOf(guest), 'all', signal);
  }

  /** Has systemd read its files again. */
  async reload(): Promise<void> {
    try {
      await this.#call({ member: 'Reload', timeout: reloadPatience });
    } catch (error) {
      throw new UserError('have systemd read its units again', messageOf(error), {
        hint: 'systemctl daemon-reload',
        cause: error,
      });
    }
  }

  async #ask(action: string, member: string, signature: string, ...body: unknown[]) {
    try {
      return await this.#call({ member, signature, body });
    } catch (error) {
      throw jobError(action, error);
    }
  }

  #call(call: {
    path?: string;
    interface?: string;
    member: string;
    signature?: string;
    body?: unknown[];
    timeout?: number;
  }): Promise<readonly unknown[]> {
    if (this.#bus === undefined) return Promise.reject(new Error('the system bus is away'));
    return this.#bus.call({
      destination: service,
      path: root,
      interface: managerInterface,
      timeout: patience,
      ...call,
    });
  }

  async #connect(): Promise<void> {
    const bus = await connectBus(this.#where);
    try {
      bus.onSignal((message) => this.#heard(message));
      await this.#match(
        bus,
        `type='signal',sender='${dbusName}',member='NameOwnerChanged',arg0='${service}'`,
      );
      const rule = `type='signal',sender='${service}',path='${root}',interface='${managerInterface}'`;
      for (const member of ['JobRemoved', 'Reloading', 'UnitRemoved']) {
        await this.#match(bus, `${rule},member='${member}'`);
      }
      for (const path of this.#watched.keys()) await this.#match(bus, ruleOf(path));
      await this.#subscribe(bus);
    } catch (error) {
      bus.close();
      throw new UserError('reach systemd on the system bus', messageOf(error), { cause: error });
    }
    this.#bus = bus;
    this.#reloading = false;
    bus.onLost(() => {
      this.#bus = undefined;
      this.#again();
    });
  }

  async #subscribe(bus: Bus): Promise<void> {
    const call = { destination: service, path: root, timeout: patience };
    await bus.call({ ...call, interface: managerInterface, member: 'Subscribe' });
    const body = [managerInterface, 'Version'];
    const [version] = await bus.call({
      ...call,
      interface: propertiesInterface,
      member: 'Get',
      signature: 'ss',
      body,
    });
    this.version = Number.parseInt(String((version as { value: unknown }).value), 10);
    const [owner] = await bus.call({ ...toBus, member: 'GetNameOwner', signature: 's', body: [service] });
    this.#sender = String(owner);
  }

  #again(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#connect().then(
        () => this.#listener?.unsure(),
        () => this.#again(),
      );
    }, reconnectDelay);
  }

  async #match(bus: Bus, rule: string): Promise<void> {
    await bus.call({ ...toBus, member: 'AddMatch', signature: 's', body: [rule] });
  }

  #heard({ sender, member, path, body }: Message): void {
    if (member === 'NameOwnerChanged' && sender === dbusName) {
      // It was executed anew.
      if (body[2] !== '' && this.#bus !== undefined) {
        this.#subscribe(this.#bus).then(
          () => this.#listener?.unsure(),
          () => undefined,
        );
      }
      return;
    }
    // While systemd reads its files again, it puts all units away and takes them out again.
    if (sender !== this.#sender || (this.#reloading && member !== 'Reloading')) return;
    switch (member) {
      case 'PropertiesChanged': {
        const guest = this.#watched.get(path);
        if (guest !== undefined) this.#listener?.changed(guest, stateOf(body[1] as Properties));
        return;
      }
      case 'JobRemoved':
      case 'UnitRemoved': {
        const guest = guestOfUnit(String(member === 'JobRemoved' ? body[2] : body[0]));
        if (guest !== undefined) this.#listener?.outdated(guest);
        return;
      }
      case 'Reloading':
        this.#reloading = body[0] === true;
        if (!this.#reloading) this.#listener?.unsure();
        return;
      default:
    }
  }
}

function ruleOf(path: string): string {
  return `type='signal',sender='${service}',path='${path}',interface='${propertiesInterface}',member='PropertiesChanged'`;
}

function jobError(action: string, error: unknown): UserError {
  if (isDBusError(error, `${service}.UnitMasked`)) {
    return new UserError(action, 'its unit is masked', { hint: 'systemctl unmask it', cause: error });
  }
  return new UserError(action, `systemd says: ${messageOf(error)}`, { cause: error });
}
