import { StoreUnavailable } from '../../application/ports/eventStore.js';

export type Problem = 'uri' | 'unreachable' | 'unauthorized' | 'readOnly' | 'notWritable' | 'version' | 'schema';

const remedies: { readonly [P in Problem]: string } = {
  uri: 'Give a connection string such as mongodb://host:27017/ or mongodb+srv://cluster.example/',
  unreachable: 'Check that the server runs, that host and port are right, and that no firewall is in between',
  unauthorized: 'Check user, password and authSource in the connection string, and that the user may use this database',
  readOnly: 'Give the user the role readWrite on this database',
  notWritable: 'Connect to the replica set as a whole (replicaSet=NAME, without directConnection), so that its primary is found',
  version: 'Use MongoDB 4.4 or later',
  schema: 'Start a release of this scheduler that knows this store, or give another database',
};

/** The server is there or not, but nothing can be kept on it. `remedy` says what to do about it. */
export class MongoUnusable extends StoreUnavailable {
  readonly remedy: string;

  constructor(
    readonly problem: Problem,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${what}. ${remedies[problem]}`, options);
    this.name = 'MongoUnusable';
    this.remedy = remedies[problem];
  }
}
