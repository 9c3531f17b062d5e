/** About a hundred bytes, as JSON. */
export const payloadOf = (i, more) => ({ i, kind: 'bench', customer: `customer-${i % 1_000}`, note: 'x'.repeat(40), ...more });
