import { type Scope, scopes } from '../../../application/ports/apiKeys.js';
import type { KeyInfo, Keys } from '../environment.js';
import { namingOptions, UsageError } from '../failure.js';
import { printable } from '../format/printable.js';
import { tableLines } from '../format/table.js';
import { type Commands, type Invocation, keysOf } from '../invocation.js';

type New = { readonly name: string; readonly scope?: string; readonly allOrganizations?: boolean };

export const keysCommand: Commands = (program, run) => {
  const keys = program.command('keys').description('make, list and withdraw the keys of the HTTP API');
  keys
    .command('create')
    .description('make a key, and print it this once')
    .requiredOption('--name <name>', 'whose it is, or what it is for; recorded with every change')
    .option('--scope <scope>', `what it allows: ${scopes.join(', ')}; each includes those before it`, 'read')
    .option('--all-organizations', 'bound to no organization; without it to that of --org')
    .action(run(create));
  keys.command('list').description('list the keys that are known').action(run(list));
  keys.command('revoke').argument('<id>', 'as list shows it').description('withdraw a key').action(run(revoke));
};

const create = async (invocation: Invocation, { name, scope, allOrganizations = false }: New): Promise<undefined> => {
  const { terminal, json, now } = invocation;
  const keys = keysOf(invocation);
  const known = scopes.find((one) => one === scope);
  if (known === undefined) throw new UsageError(`--scope is one of ${scopes.join(', ')}`);
  const organization = allOrganizations ? null : invocation.organization;
  const { key, entry } = await keys.create({ name, scope: known, organization, createdAt: now }).catch((error) => {
    throw namingOptions(error, { name: '--name', organization: '--org' });
  });
  if (json) terminal.printJson({ key, ...entry });
  else {
    terminal.print(key);
    terminal.note(
      `The key ${entry.id} may ${meanings[known]} ${ofOrganization(entry)}. It is shown this once; its hash is in ${printable(keys.path)}.`,
      'A service that runs on this file takes it within a second or two; from now on it asks everybody for a key.',
    );
  }
  return undefined;
};

const meanings: { readonly [scope in Scope]: string } = {
  read: 'look at the jobs',
  operate: 'look at, run, pause and cancel the jobs',
  admin: 'do everything with the jobs',
};

const ofOrganization = ({ organization }: KeyInfo): string =>
  organization === null ? 'of every organization' : `of organization ${printable(organization)}`;

const list = async (invocation: Invocation): Promise<undefined> => {
  const { terminal, json } = invocation;
  const keys = keysOf(invocation);
  const known = await keys.list();
  const shown = (known ?? []).map(({ id, name, scope, organization, createdAt }) => ({ id, name, scope, organization, createdAt }));
  if (json) terminal.printJson(shown);
  else if (known === null) terminal.note(`There are no keys in ${printable(keys.path)}.`);
  else if (shown.length === 0) terminal.note(`No key is left in ${printable(keys.path)}.`, ...withoutKeys(keys));
  else
    terminal.print(
      ...tableLines(
        [{ title: 'ID' }, { title: 'NAME', atLeast: 10 }, { title: 'SCOPE' }, { title: 'ORGANIZATION' }, { title: 'MADE' }],
        shown.map(({ id, name, scope, organization, createdAt }) => [
          id,
          printable(name),
          scope,
          organization === null ? 'all of them' : printable(organization),
          createdAt === undefined ? '-' : printable(createdAt),
        ]),
        { paint: terminal.paint, fit: terminal.columns },
      ),
    );
  return undefined;
};

const revoke = async (invocation: Invocation, id: string): Promise<0 | 1> => {
  const { terminal, json } = invocation;
  const keys = keysOf(invocation);
  const removed = await keys.remove(id);
  if (!removed) {
    terminal.note(`There is no key ${printable(id)} in ${printable(keys.path)}.`);
    return 1;
  }
  if (json) terminal.printJson({ id, revoked: true });
  else terminal.print(`The key ${id} of ${printable(removed.name)} is withdrawn; a running service forgets it within a second or two.`);
  if ((await keys.list())?.length === 0) terminal.note('It was the last one.', ...withoutKeys(keys));
  return 0;
};

const withoutKeys = ({ path }: Keys): readonly string[] => [
  'Nobody is let in until `nexus-scheduler keys create` makes another.',
  `A service that is started without the file ${printable(path)} asks nobody for a key.`,
];
