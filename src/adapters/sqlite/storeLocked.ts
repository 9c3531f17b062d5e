/** Another process, or another scheduler of this one, writes to the directory. */
export class StoreLocked extends Error {
  constructor(
    readonly directory: string,
    /** Of the process that holds it, where it is known. */
    readonly pid: number | null,
  ) {
    super(`${directory} is in use by ${pid === null ? 'another process' : `process ${pid}`}`);
    this.name = 'StoreLocked';
  }
}
