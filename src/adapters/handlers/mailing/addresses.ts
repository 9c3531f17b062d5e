import { z } from 'zod';
import { isMailAddress } from '../../../domain/mailAddress.js';

export const mostRecipients = 100;

const address = z
  .string({ error: 'must be a mail address' })
  .max(460, 'must be a mail address, such as ada@example.com')
  .refine(isMailAddress, 'must be a mail address, such as ada@example.com or Ada <ada@example.com>')
  .meta({ description: 'local@domain, or a name with that in angle brackets' });
/** One, or a list of them. */
export const addresses = z.union(
  [
    address.transform((one) => [one]),
    z.array(address).min(1, 'must name at least one recipient').max(mostRecipients, `must have at most ${mostRecipients} recipients`),
  ],
  {
    error: (issue) =>
      Array.isArray(issue.input)
        ? 'must be a list of 1 to 100 mail addresses, such as ada@example.com'
        : 'must be a mail address, such as ada@example.com, or a list of them',
  },
);
