import { z } from 'zod';
import { isMailAddress } from '../../../domain/mailAddress.js';

export const reportTypes = ['inventory_summary', 'stock_movements', 'valuation', 'low_stock', 'job_activity'] as const;
export const formats = ['pdf', 'csv', 'xlsx', 'html'] as const;
const periods = ['today', 'yesterday', 'last_7_days', 'last_30_days', 'this_month', 'last_month', 'this_year'] as const;

export type ReportType = (typeof reportTypes)[number];
export type Format = (typeof formats)[number];

const maxRecipients = 50;
const address = z.string().refine(isMailAddress, 'must be one address such as name@example.com');

const name = z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters');
const names = z.array(name).min(1, 'must name at least one').max(10_000, 'must name at most 10,000');
const instantText = z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-01-31T00:00:00Z' });

const filters = z.strictObject({
  skus: names.optional(),
  categories: names.optional(),
  locations: names.optional(),
  jobTypes: names.optional(),
  tags: names.optional(),
});

const inventoryFilters = ['skus', 'categories', 'locations'] as const;
const jobFilters = ['jobTypes', 'tags'] as const;

export const schema = z
  .strictObject({
    reportType: z.enum(reportTypes, { error: `must be one of ${reportTypes.join(', ')}` }),
    format: z.enum(formats, { error: `must be one of ${formats.join(', ')}` }),
    emailRecipients: z.array(address).max(maxRecipients, `must be at most ${maxRecipients} addresses`).default([]),
    filters: filters.default({}).describe('Products by SKU, category and location; jobs by type and tag'),
    title: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(120, 'must have at most 120 characters')
      .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line')
      .optional(),
    locale: z
      .string()
      .refine(isLocale, 'must be a language tag such as en-GB')
      .default('en-GB')
      .describe('How numbers and dates are written'),
    timezone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').default('UTC'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
      .optional()
      .describe('Of unit costs; without it amounts have no unit'),
    period: z
      .union([z.enum(periods), z.strictObject({ from: instantText, to: instantText })], {
        error: `must be one of ${periods.join(', ')}, or { from, to }`,
      })
      .optional()
      .describe('Of stock_movements and job_activity, before the planned time of the run; by default the last 30 days'),
  })
  .superRefine(({ reportType, filters, period }, context) => {
    const wrong = reportType === 'job_activity' ? inventoryFilters : jobFilters;
    for (const field of wrong)
      if (filters[field] !== undefined)
        context.addIssue({ code: 'custom', path: ['filters', field], message: `is not a filter of ${reportType}` });
    if (period === undefined) return;
    if (reportType !== 'stock_movements' && reportType !== 'job_activity')
      context.addIssue({ code: 'custom', path: ['period'], message: `does not apply to ${reportType}, which tells of the present` });
    else if (typeof period === 'object' && Date.parse(period.from) >= Date.parse(period.to))
      context.addIssue({ code: 'custom', path: ['period', 'to'], message: 'must be later than from' });
  });

export type Parameters = z.output<typeof schema>;

function isLocale(text: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(text).length > 0;
  } catch {
    return false;
  }
}

function isTimeZone(text: string): boolean {
  try {
    return /^[A-Za-z]/.test(text) && new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
