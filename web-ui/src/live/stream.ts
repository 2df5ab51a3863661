import { ref } from "vue";
import { call, Problem } from "../api/client";
import { EventParser, type StreamEvent } from "./sse";

type Listener = (event: StreamEvent) => void;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

const listeners = new Set<Listener>();
const reconnections = new Set<() => void>();
let stop: AbortController | null = null;
let lastId: string | null = null;

/** Whether events arrive at present. */
export const connected = ref(false);

/** Hears every event until the returned function is called. */
export function listen(listener: Listener, onReconnect?: () => void): () => void {
  listeners.add(listener);
  if (onReconnect) reconnections.add(onReconnect);
  if (!stop) {
    stop = new AbortController();
    void run(stop.signal);
  }
  return () => {
    listeners.delete(listener);
    if (onReconnect) reconnections.delete(onReconnect);
    if (listeners.size === 0) {
      close();
    }
  };
}

/** Ends the stream, as at sign-out. */
export function close(): void {
  stop?.abort();
  stop = null;
  lastId = null;
  connected.value = false;
}

/** Follows the stream, takes it up at the last event seen, and waits longer after each failure. */
async function run(signal: AbortSignal): Promise<void> {
  let wait = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      const headers: HeadersInit = { Accept: "text/event-stream" };
      if (lastId) headers["Last-Event-ID"] = lastId;
      const response = await call("/api/v1/events", { headers, signal });
      connected.value = true;
      wait = FIRST_RETRY_MS;
      reconnections.forEach((each) => each());
      await read(response);
    } catch (e) {
      // The connection is gone; the loop opens the next one. A server that has another log does not
      // know the cursor: the next stream begins now, and the views read everything again.
      if (e instanceof Problem && e.status === 409) lastId = null;
    }
    if (signal.aborted) return;
    connected.value = false;
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LAST_RETRY_MS);
  }
}

async function read(response: Response): Promise<void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parser.push(value)) {
      if (event.id) lastId = event.id;
      listeners.forEach((each) => each(event));
    }
  }
}
