/** Names of jobs, job types and organizations: they are parts of stream keys, subjects and addresses as they are. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Said of what is no name. */
export const nameForm = 'must be 1 to 128 of A-Z a-z 0-9 . _ : - and begin with a letter or digit';
