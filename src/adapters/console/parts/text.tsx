import { useState } from 'preact/hooks';
import { bytesInWords } from '../../../application/bytesInWords.js';
import { printable, printableJson, printableLines } from '../words/printable.js';

/** Text from outside on one line: its direction stays its own, and what cannot be seen is shown as an escape. */
export const Text = ({ children }: { readonly children: string }) => <bdi>{printable(children)}</bdi>;

const shownAtOnce = 6_000;
const shownAtMost = 300_000;

/** Text of any size, with its lines. Much of it is shown only when asked for. */
export const LongText = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const [isWhole, showWhole] = useState(false);
  const safe = printableLines(text.slice(0, isWhole ? shownAtMost : shownAtOnce));
  return (
    <div class="long">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard. */}
      <pre tabIndex={0} role="region" aria-label={label} dir="auto">
        {chunks(safe)}
      </pre>
      {!isWhole && text.length > shownAtOnce && (
        <button type="button" class="quiet" onClick={() => showWhole(true)}>
          Show all {bytesInWords(text.length)}
        </button>
      )}
    </div>
  );
};

export const Json = ({ value, label }: { readonly value: unknown; readonly label: string }) => (
  <LongText text={printableJson(value)} label={label} />
);

const chunkSize = 4_000;

/** A browser lays out one line of 256 KiB slowly, and many short pieces, each on its own, quickly. */
const chunks = (text: string) => {
  if (text.length <= chunkSize) return text;
  return Array.from({ length: Math.ceil(text.length / chunkSize) }, (_, i) => (
    <span key={i}>{text.slice(i * chunkSize, (i + 1) * chunkSize)}</span>
  ));
};
