/** What users are promised whatever the store: the suites of the API that open schedulers of their own. */
export const importSuites = async (): Promise<void> => {
  await import('../api.test.js');
  await import('../capacity.test.js');
  await import('../execution.test.js');
  await import('../retention.test.js');
  await importSomeSuites();
};

/** Those that touch every part of a store once: for stores on which the others take minutes. */
export const importSomeSuites = async (): Promise<void> => {
  await import('../events.test.js');
  await import('../explain.test.js');
  await import('../organizations.test.js');
};
