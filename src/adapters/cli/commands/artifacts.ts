import { link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactFile, ArtifactInfo } from '../../../application/api/types.js';
import { bytesInWords } from '../../../application/bytesInWords.js';
import type { CliScheduler } from '../environment.js';
import { FileError, unusable } from '../failure.js';
import { printable } from '../format/printable.js';
import { type Column, tableLines } from '../format/table.js';
import { absolute } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { directoryName } from '../options.js';

type Saved = ArtifactInfo & { readonly file?: string };

export const artifactsCommand: Commands = (program, run) => {
  program
    .command('artifacts')
    .argument('<execution>', 'id of a run, as history --json prints it')
    .description('list the files that a run has made, or save them')
    .option('--save <directory>', 'write them there, each verified by its hash; no file is overwritten', directoryName)
    .action(run(artifacts));
};

const artifacts = async (invocation: Invocation, executionId: string, { save }: { readonly save?: string }): Promise<undefined> => {
  const { terminal, json } = invocation;
  const files = await withScheduler(invocation, 'read', async (scheduler): Promise<readonly Saved[]> => {
    const { artifacts } = await scheduler.getExecution(executionId);
    return save === undefined ? artifacts : saveAll(scheduler, artifacts, save);
  });
  if (json) terminal.printJson(files);
  else if (files.length === 0) terminal.note(`Run ${printable(executionId)} has made no files.`);
  else if (save === undefined) terminal.print(...fileTable(files, invocation));
  else terminal.print(...files.map(({ file = '', bytes }) => `${printable(file)}  ${bytesInWords(bytes)}`));
  return undefined;
};

const fileTable = (files: readonly Saved[], { terminal }: Invocation): readonly string[] => {
  const columns: readonly Column[] = [
    { title: 'NAME' },
    { title: 'SIZE', align: 'right' },
    { title: 'TYPE' },
    { title: 'MADE' },
    { title: 'SHA-256', atLeast: 16 },
  ];
  const rows = files.map(({ name, bytes, mediaType, createdAt, sha256 }) => [
    printable(name),
    bytesInWords(bytes),
    printable(mediaType),
    absolute(createdAt),
    { text: sha256, tone: 'quiet' as const },
  ]);
  return tableLines(columns, rows, { paint: terminal.paint, fit: terminal.columns });
};

const saveAll = async (scheduler: CliScheduler, artifacts: readonly ArtifactInfo[], directory: string): Promise<readonly Saved[]> => {
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw unusable(directory, 'made', error);
  });
  const saved: Saved[] = [];
  for (const artifact of artifacts) {
    const { content } = await scheduler.openArtifact(artifact.artifactId);
    const file = path.join(directory, artifact.name);
    await saveFile(file, content);
    saved.push({ ...artifact, file });
  }
  return saved;
};

/** Under its name only once it is whole: reading it to its end verifies it. */
const saveFile = async (file: string, content: ArtifactFile['content']): Promise<void> => {
  const partial = `${file}.partial-${process.pid}`;
  const handle = await open(partial, 'wx');
  try {
    for await (const chunk of content) await handle.writeFile(chunk);
    await handle.sync();
    await link(partial, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new FileError(`${file} exists, and is left as it is; save elsewhere, or move it away`);
    throw error;
  } finally {
    await handle.close();
    await rm(partial, { force: true });
  }
};
