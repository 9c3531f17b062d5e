import type { Issue } from '../api/problem.js';

/** Whether a path is that of a field, or of a part of what the field holds. */
export const isWithin = (path: string, field: string): boolean => path === field || path.startsWith(`${field}.`);

/** Where the fault is and what it is; beside the field itself only where in it. */
export const issueInWords = ({ path, message }: Issue, field = ''): string => {
  const where = isWithin(path, field) ? path.slice(field.length + 1) : path;
  return where === '' ? message : `${where}: ${message}`;
};

export const issuesInWords = (issues: readonly Issue[], field?: string): string =>
  [...new Set(issues.map((issue) => issueInWords(issue, field)))].join('; ');
