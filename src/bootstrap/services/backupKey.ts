import { readFile } from 'node:fs/promises';

/** A key of archives from the environment: `NAME`, or what the file named by `NAME_FILE` holds. Never a variable of another kind. */
export const backupKey = async (name: string): Promise<string | null> => {
  if (!/^BACKUP_[A-Z0-9_]{1,64}$/.test(name)) return null;
  const value = process.env[name];
  if (value !== undefined) return value;
  const file = process.env[`${name}_FILE`];
  return file === undefined ? null : (await readFile(file, 'utf8')).trim();
};
