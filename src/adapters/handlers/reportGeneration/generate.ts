import { DateTime } from 'luxon';
import type { HandlerContext } from '../../../application/api/types.js';
import { artifactIdOf } from '../../../application/artifactNames.js';
import { bytesInWords } from '../../../application/bytesInWords.js';
import type { Artifact, ArtifactStore } from '../../../application/ports/artifacts.js';
import type { Period } from '../../../application/ports/inventory.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Services } from '../services.js';
import type { Heading, Order } from './document.js';
import { type Mailed, mailReport } from './mail.js';
import { periodOf } from './period.js';
import { createFormat } from './render/format.js';
import { render, type Steps } from './render/renderer.js';
import type { Format, Parameters } from './schema.js';
import { type Source, sources } from './sources/index.js';

const mediaTypes: { readonly [format in Format]: string } = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  html: 'text/html; charset=utf-8',
};

export type ReportResult = {
  /** For people. */
  readonly message: string;
  readonly artifactId: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
  readonly totals: { readonly [figure: string]: number | null };
  readonly mailed?: Mailed;
};

/** Makes the report once for an execution, however many attempts it takes to mail it. */
export const generate = async (services: Services, parameters: Parameters, context: HandlerContext): Promise<ReportResult> => {
  const artifacts = await services.artifacts();
  const name = nameOf(parameters, context.scheduledFor);
  const earlier = await artifacts.open(context.organization, artifactIdOf(context, name));
  if (earlier) context.log.info(`the report was made by an earlier attempt: ${earlier.artifact.artifactId}`);
  const artifact = earlier?.artifact ?? (await make(services, artifacts, parameters, context, name));
  const result = resultOf(artifact);
  if (parameters.emailRecipients.length === 0) return result;
  context.progress(0.95, 'mailing');
  const { title, scope } = headingOf(services, parameters, context);
  const mailed = await mailReport(services, context, artifact, { title, scope, to: parameters.emailRecipients, ...result });
  context.progress(1, 'mailed');
  return { ...result, message: `${result.message}, mailed to ${mailed.accepted.length} of ${parameters.emailRecipients.length}`, mailed };
};

const make = async (
  services: Services,
  artifacts: ArtifactStore,
  parameters: Parameters,
  context: HandlerContext,
  name: string,
): Promise<Artifact> => {
  const { format } = parameters;
  const period = periodOf(parameters, context.scheduledFor);
  const source = sources[parameters.reportType].open({ services, parameters, context, period });
  const order: Order = { format, heading: headingOf(services, parameters, context), columns: source.columns, fonts: services.files.fonts };
  const draft = await artifacts.create(context, name, mediaTypes[format]);
  try {
    const rows = await render(order, source, progressOf(context, draft.write.bind(draft)), context.signal);
    context.signal.throwIfAborted();
    const artifact = await draft.commit({ rows, totals: totalsOf(source) });
    context.log.info(`${rows} rows, ${artifact.bytes} bytes: ${artifact.artifactId}`);
    return artifact;
  } finally {
    await draft.discard();
  }
};

/** Reading rows takes the first part of the work, and how many there will be is not known: the fraction nears a bound. */
const progressOf = ({ progress }: HandlerContext, write: (chunk: Uint8Array) => Promise<void>): Steps => {
  let written = 0;
  return {
    onRows: (count) => progress(0.5 * (1 - 1 / (1 + count / 10_000)), `${count} rows read`),
    write: async (chunk) => {
      await write(chunk);
      written += chunk.byteLength;
      progress(0.5 + 0.4 * (1 - 1 / (1 + written / 1_000_000)), `${written} bytes written`);
    },
  };
};

const headingOf = ({ clock }: Services, parameters: Parameters, { organization, scheduledFor }: HandlerContext): Heading => {
  const { reportType, title, locale, timezone: timeZone, currency = null } = parameters;
  const generatedAt = clock.now();
  const manner = { locale, timeZone, currency };
  const source = sources[reportType];
  const scope = source.ofPeriod
    ? periodText(periodOf(parameters, scheduledFor), manner)
    : `As of ${createFormat(manner)('instant', generatedAt)}`;
  return { title: title ?? source.title, organization, scope, generatedAt, ...manner };
};

const periodText = ({ from, to }: Period, manner: Pick<Heading, 'locale' | 'timeZone' | 'currency'>): string => {
  const format = createFormat(manner);
  return `${format('instant', from)} to ${format('instant', to)}`;
};

/** The same for every attempt of an execution. */
const nameOf = ({ reportType, format, timezone }: Parameters, scheduledFor: Date): string => {
  const day = DateTime.fromJSDate(scheduledFor, { zone: timezone }).toFormat('yyyy-MM-dd');
  return `${reportType.replaceAll('_', '-')}-${day}.${format}`;
};

/** What adding up leaves behind the sixth decimal is noise. */
const totalsOf = (source: Source): { readonly [figure: string]: number | null } =>
  Object.fromEntries(source.summary().figures.map(({ label, value }) => [label, value === null ? null : Math.round(value * 1e6) / 1e6]));

const resultOf = ({ artifactId, name, bytes, sha256, details = {} }: Artifact): ReportResult => {
  const { rows = 0, totals = {} } = details as { readonly rows?: number; readonly totals?: JsonObject };
  const message = `${rows} rows in ${name} (${bytesInWords(bytes)})`;
  return { message, artifactId, name, bytes, sha256, rows, totals: totals as ReportResult['totals'] };
};
