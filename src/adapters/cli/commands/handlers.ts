import type { JobType } from '../../../application/ports/jobTypes.js';
import { UsageError } from '../failure.js';
import { fieldLines } from '../format/fields.js';
import { printable, printableJson } from '../format/printable.js';
import { type ParameterRow, parameterRows } from '../format/schema.js';
import { tableLines } from '../format/table.js';
import type { Commands, Invocation } from '../invocation.js';

export const handlersCommand: Commands = (program, run) => {
  program
    .command('handlers')
    .argument('[name]', 'one job type, with its parameters')
    .description('list the job types that come with the scheduler; --json has the JSON Schema of their parameters')
    .action(run(handlers));
};

const handlers = async (invocation: Invocation, name: string | undefined): Promise<undefined> => {
  const { environment, terminal, json } = invocation;
  const types = environment.jobTypes();
  if (name === undefined) {
    if (json) terminal.printJson(types.map(described));
    else terminal.print(...listLines(types, invocation));
    return undefined;
  }
  const type = types.find((candidate) => candidate.name === name);
  if (!type) throw new UsageError(`there is no job type ${printable(name)}: there are ${types.map((known) => known.name).join(', ')}`);
  if (json) terminal.printJson(described(type));
  else terminal.print(...typeLines(type, invocation));
  return undefined;
};

const described = ({ name, summary, parameters, example }: JobType) => ({ name, summary, parameters, example });

const listLines = (types: readonly JobType[], { terminal: { paint, columns } }: Invocation): readonly string[] =>
  tableLines(
    [{ title: 'JOB TYPE' }, { title: 'WHAT IT DOES', atLeast: 20 }],
    types.map(({ name, summary }) => [name, summary]),
    { paint, fit: columns },
  );

const typeLines = ({ name, summary, parameters, example }: JobType, { terminal }: Invocation): readonly string[] => [
  terminal.paint('strong', name),
  ...fieldLines([['', summary]], terminal),
  '',
  ...fieldLines(
    parameterRows(parameters).map((row) => [row.name, parameterText(row)]),
    terminal,
  ),
  '',
  `example  ${printableJson(example)}`,
];

const parameterText = ({ type, isRequired, fallback, meaning }: ParameterRow): string => {
  const need = isRequired ? 'required' : fallback === null ? 'optional' : `default ${fallback}`;
  return `${type}, ${need}${meaning === '' ? '' : `. ${meaning}.`}`;
};
