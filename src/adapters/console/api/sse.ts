/** One message of a server-sent event stream; `id` is that of the newest message that had one. */
export type Message = { readonly event: string; readonly data: string; readonly id: string | null };

/**
 * Reads `text/event-stream` from a fetch: unlike `EventSource` it sends headers, and says when the connection is lost. Yields all messages
 * that came together, and an empty list for a sign of life. Ends with the body.
 */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly Message[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let [event, data, id]: [string, string[], string | null] = ['message', [], null];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n/);
      rest = lines.pop() ?? '';
      const messages: Message[] = [];
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) messages.push({ event, data: data.join('\n'), id });
          [event, data] = ['message', []];
          continue;
        }
        const colon = line.indexOf(':');
        const name = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
        if (name === 'event') event = text;
        if (name === 'data') data.push(text);
        if (name === 'id') id = text;
      }
      yield messages;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
