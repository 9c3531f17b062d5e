import type { Activity } from '../activity.js';
import type { Background, Clock, Stop } from '../ports/clock.js';
import type { StreamKey } from '../ports/eventStore.js';
import type { Logger } from '../ports/logger.js';
import type { LogLevel, LogLine, Progress, RunRecord, RunRecords } from '../ports/runRecords.js';

const maxLines = 1_000;
const maxBytes = 64 * 1024;
const maxLine = 4 * 1024;
const saveAfterMs = 200;

/** Keeps what handlers say while they run: bounded, the last lines kept, saved a few times a second. */
export class Recorder {
  readonly #changed = new Map<string, Notes>();
  #timer: Stop | null = null;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly records: RunRecords,
    private readonly clock: Clock,
    private readonly background: Background,
    private readonly activity: Activity,
    private readonly log: Logger,
  ) {}

  /** The notes of an execution; `hasEarlier` where an earlier attempt may have left some, which these go on from. */
  open(executionId: string, stream: StreamKey, hasEarlier: boolean): Notes {
    const unsaved = this.#changed.get(executionId);
    if (unsaved) return unsaved;
    const earlier = hasEarlier ? this.#saving.then(() => this.records.get(executionId)).catch(() => null) : null;
    return new Notes(executionId, stream, earlier, this.clock, (notes) => {
      this.#changed.set(executionId, notes);
      this.#timer ??= this.background.after(saveAfterMs, () => void this.save());
    });
  }

  /** Saves what has changed; called by itself, and by whoever wants to read it. */
  save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    if (changed.length > 0)
      this.#saving = this.activity
        .during(Promise.all([this.#saving, this.#put(changed)]))
        .then(() => undefined)
        .catch((error) => this.log.warn({ error, records: changed.length }, 'log lines of executions could not be saved'));
    return this.#saving;
  }

  async #put(changed: readonly Notes[]): Promise<void> {
    await this.records.put(await Promise.all(changed.map((notes) => notes.record())));
  }
}

/** The notes of one execution. */
export class Notes {
  #progress: Progress | null = null;
  #lines: LogLine[] = [];
  #bytes = 0;
  #dropped = 0;

  #earlier: Promise<RunRecord | null> | null;

  constructor(
    private readonly executionId: string,
    private readonly stream: StreamKey,
    earlier: Promise<RunRecord | null> | null,
    private readonly clock: Clock,
    private readonly changed: (notes: Notes) => void,
  ) {
    this.#earlier = earlier;
  }

  progress(fraction: number, message?: string): void {
    if (!Number.isFinite(fraction)) return;
    const bounded = Math.min(1, Math.max(0, fraction));
    this.#progress = {
      fraction: bounded,
      ...(message !== undefined && { message: String(message).slice(0, maxLine) }),
      at: this.clock.now(),
    };
    this.changed(this);
  }

  line(level: LogLevel, text: string): void {
    const message = text.slice(0, maxLine);
    this.#lines.push({ at: this.clock.now(), level, message });
    this.#bytes += Buffer.byteLength(message);
    this.#keepBounds();
    this.changed(this);
  }

  async record(): Promise<RunRecord> {
    const earlier = await this.#earlier;
    if (earlier && this.#earlier) this.#goOnFrom(earlier);
    this.#earlier = null;
    return {
      executionId: this.executionId,
      stream: this.stream,
      progress: this.#progress,
      log: [...this.#lines],
      droppedLines: this.#dropped,
    };
  }

  #goOnFrom({ log, progress, droppedLines }: RunRecord): void {
    this.#lines = [...log, ...this.#lines];
    this.#bytes += log.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
    this.#dropped += droppedLines;
    this.#progress ??= progress;
    this.#keepBounds();
  }

  #keepBounds(): void {
    while (this.#lines.length > maxLines || this.#bytes > maxBytes) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift()?.message ?? '');
      this.#dropped++;
    }
  }
}
