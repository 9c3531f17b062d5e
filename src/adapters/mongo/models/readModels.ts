import type { ReadModels } from '../../../application/ports/readModels.js';
import type { RunRecords } from '../../../application/ports/runRecords.js';
import type { Collections } from '../collections.js';
import { answered } from '../failures.js';
import { historyQueries } from './historyQueries.js';
import { jobQueries } from './jobQueries.js';
import { recordOf } from './runRecords.js';
import { rowSaver } from './saver.js';

/** Native documents, for queries and for whoever looks at them with the MongoDB shell. */
export const mongoReadModels = (collections: Collections): { readonly readModels: ReadModels; readonly runRecords: RunRecords } => {
  const { save, putRecords } = rowSaver(collections);
  const jobs = jobQueries(collections);
  const history = historyQueries(collections);
  return {
    readModels: {
      save: (changes) => answered(() => save(changes)),
      checkpoint: (partition) => answered(() => history.checkpoint(partition)),
      jobs: (streams) => answered(() => jobs.jobs(streams)),
      listJobs: (filter) => answered(() => jobs.listJobs(filter)),
      countJobs: (organization) => answered(() => jobs.countJobs(organization)),
      execution: (executionId) => answered(() => history.execution(executionId)),
      history: (...page) => answered(() => history.history(...page)),
      work: (query) => answered(() => jobs.work(query)),
      unclaimed: (query) => answered(() => jobs.unclaimed(query)),
      running: (...page) => answered(() => jobs.running(...page)),
      oldestKept: (...bounds) => answered(() => history.oldestKept(...bounds)),
      dropHistory: (...which) => answered(() => history.dropHistory(...which)),
      erase: (stream) => answered(() => history.erase(stream)),
      reset: () => answered(() => history.reset()),
    },
    runRecords: {
      put: (records) => answered(() => putRecords(records)),
      get: (executionId) =>
        answered(async () => {
          const found = await collections.runs.findOne({ _id: { $eq: executionId } });
          return found && recordOf(found);
        }),
    },
  };
};
