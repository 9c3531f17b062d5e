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

  open(executionId: string, stream: StreamKey): Notes {
    return new Notes(executionId, stream, this.clock, (notes) => {
      this.#changed.set(executionId, notes);
      this.#timer ??= this.background.after(saveAfterMs, () => void this.save());
    });
  }

  /** Saves what has changed; called by itself, and by whoever wants to read it. */
  save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    const records = [...this.#changed.values()].map((notes) => notes.record());
    this.#changed.clear();
    if (records.length > 0)
      this.#saving = this.activity
        .during(Promise.all([this.#saving, this.records.put(records)]))
        .then(() => undefined)
        .catch((error) => this.log.warn({ error, records: records.length }, 'log lines of executions could not be saved'));
    return this.#saving;
  }
}

/** The notes of one execution. */
export class Notes {
  #progress: Progress | null = null;
  #lines: LogLine[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(
    private readonly executionId: string,
    private readonly stream: StreamKey,
    private readonly clock: Clock,
    private readonly changed: (notes: Notes) => void,
  ) {}

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
    this.#bytes += message.length;
    while (this.#lines.length > maxLines || this.#bytes > maxBytes) {
      this.#bytes -= this.#lines.shift()?.message.length ?? 0;
      this.#dropped++;
    }
    this.changed(this);
  }

  record(): RunRecord {
    return {
      executionId: this.executionId,
      stream: this.stream,
      progress: this.#progress,
      log: [...this.#lines],
      droppedLines: this.#dropped,
    };
  }
}
