/** One event of a server-sent stream. */
export interface StreamEvent {
  id: string | null;
  type: string;
  data: string;
}

/** Splits the text of a stream into events; feed it chunks as they arrive. */
export class EventParser {
  private rest = "";

  push(chunk: string): StreamEvent[] {
    this.rest += chunk;
    const events: StreamEvent[] = [];
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.rest);
      if (!end) {
        return events;
      }
      const event = EventParser.parse(this.rest.slice(0, end.index));
      this.rest = this.rest.slice(end.index + end[0].length);
      if (event) {
        events.push(event);
      }
    }
  }

  private static parse(block: string): StreamEvent | null {
    let id: string | null = null;
    let type = "message";
    const data: string[] = [];
    for (const line of block.split(/\r?\n/)) {
      const colon = line.indexOf(":");
      if (colon === 0) {
        continue;
      }
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "id") id = value;
      else if (field === "event") type = value;
      else if (field === "data") data.push(value);
    }
    return data.length > 0 || id !== null ? { id, type, data: data.join("\n") } : null;
  }
}
