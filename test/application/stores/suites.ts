/** What users are promised whatever the store: the suites of the API that open schedulers of their own. */
export const importSuites = async (): Promise<void> => {
  await import('../api.test.js');
  await import('../capacity.test.js');
  await import('../events.test.js');
  await import('../execution.test.js');
  await import('../explain.test.js');
  await import('../organizations.test.js');
  await import('../retention.test.js');
};
