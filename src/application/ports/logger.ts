type Fields = { readonly [name: string]: unknown };

/** Structured lines about the scheduler itself. The table of all of them is in docs/telemetry.md. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}
