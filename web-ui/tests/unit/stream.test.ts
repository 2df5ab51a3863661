import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onSignedOut } from "../../src/api/client";
import { close, connected, listen } from "../../src/live/stream";

/** A server of streams: what it was asked, and how it answers in turn. */
let asked: { path: string; lastId: string | null }[];
let answers: (() => Response)[];
const before = globalThis.fetch;

function stream(text: string): Response {
  return new Response(text, { headers: { "Content-Type": "text/event-stream" } });
}

function refused(status: number): Response {
  return new Response(JSON.stringify({ title: "", detail: "", status }), { status });
}

async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await new Promise((resolve) => setTimeout(resolve, 5));
}

beforeEach(() => {
  asked = [];
  answers = [];
  globalThis.fetch = async (path, init) => {
    if (String(path).endsWith("/refresh")) return refused(401);
    const headers = new Headers(init?.headers);
    asked.push({ path: String(path), lastId: headers.get("Last-Event-ID") });
    return (answers.shift() ?? (() => stream("")))();
  };
});

afterEach(() => {
  close();
  globalThis.fetch = before;
  onSignedOut(() => undefined);
});

describe("the stream", () => {
  it("is taken up at its cursor, and without one on a server that has another log", async () => {
    answers = [() => stream("id: 7\ndata: {}\n\n"), () => refused(409), () => stream("")];
    let connections = 0;
    listen(
      () => undefined,
      () => connections++,
    );
    await until(() => asked.length === 3 && connections === 2);
    expect(asked.map((each) => each.lastId)).toEqual([null, "7", null]);
  }, 20_000);

  it("ends when the server no longer knows the session, and says so once", async () => {
    answers = [() => refused(401)];
    let ends = 0;
    onSignedOut(() => {
      ends++;
      close();
    });
    listen(() => undefined);
    await until(() => ends === 1);
    expect(asked).toHaveLength(1);
    expect(connected.value).toBe(false);
  }, 20_000);
});
