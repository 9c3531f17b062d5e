import type { FileOptions, InventoryFile } from './files/open.js';

// What the main thread asks of the thread that owns the file: its functions, by name.

export type Call = keyof InventoryFile;
export type Arguments<C extends Call> = Parameters<InventoryFile[C]>;
export type Answer<C extends Call> = ReturnType<InventoryFile[C]>;

export type Request = { readonly id: number; readonly call: Call; readonly given: readonly unknown[] };
export type Failure = { readonly message: string; readonly refused: boolean };
export type Reply = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly failure: Failure };

/** The thread's first word. */
export type Opening = { readonly opened: true } | { readonly failure: Failure };
export type WorkerOptions = FileOptions;
