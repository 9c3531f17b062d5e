import { SchedulerError } from '../../domain/errors.js';
import { type KeyEntry, readKeyList } from './keyList.js';

/** Keys that a variable of the environment holds: none is made or withdrawn there. */
export class FixedKeys {
  constructor(
    readonly path: string,
    private readonly json: string,
  ) {}

  /** Rejects with `INVALID_ARGUMENT` for what is no list of keys. */
  async list(): Promise<readonly KeyEntry[]> {
    return readKeyList(this.json, this.path);
  }

  async create(): Promise<never> {
    return this.#refuse();
  }

  async remove(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): never {
    const message = `the keys are those in ${this.path}: change them there, or unset it and keep them in a file`;
    throw new SchedulerError('NOT_AVAILABLE', message);
  }
}
