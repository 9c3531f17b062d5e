const longestAddress = 254;
const longestLocalPart = 64;
const longestName = 200;

const word = "[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const label = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?';
const address = new RegExp(`^${word}(?:\\.${word})*@${label}(?:\\.${label})*$`, 'u');
/** Nothing that means something in a mail's head: no control characters, brackets or quotes. */
const displayName = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}<>"\\]*$/u;

/** A recipient: `local@domain`, or a name with that in angle brackets. Quoted local parts and comments are not for schedulers. */
export type MailAddress = { readonly name: string; readonly address: string };

/** Null for what is not one address. Whatever passes has no line break, and so adds no header and no SMTP command. */
export const readMailAddress = (text: string): MailAddress | null => {
  if (text.length > longestAddress + longestName) return null;
  const bracket = text.endsWith('>') ? text.indexOf('<') : -1;
  const name = bracket < 0 ? '' : text.slice(0, bracket).trim();
  const bare = bracket < 0 ? text : text.slice(bracket + 1, -1);
  const fits = bare.length <= longestAddress && bare.indexOf('@') <= longestLocalPart && name.length <= longestName;
  return fits && address.test(bare) && displayName.test(name) ? { name, address: bare } : null;
};

export const isMailAddress = (text: string): boolean => readMailAddress(text) !== null;
