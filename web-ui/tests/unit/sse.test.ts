import { describe, expect, it } from "vitest";
import { EventParser } from "../../src/live/sse";
import { jobOf } from "../../src/live/jobs";

const STREAM =
  ': hello\n\nid: 7\nevent: job\ndata: {"job":3}\n\nid: 8\r\ndata: one\r\ndata: two\r\n\r\n:beat\n\n';

describe("the stream of events", () => {
  it("is the same however the network cuts it", () => {
    const whole = new EventParser().push(STREAM);
    expect(whole).toEqual([
      { id: "7", type: "job", data: '{"job":3}' },
      { id: "8", type: "message", data: "one\ntwo" },
    ]);
    for (let cut = 1; cut < STREAM.length; cut++) {
      const parser = new EventParser();
      const parts = [...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))];
      expect(parts, `cut at ${cut}`).toEqual(whole);
    }
  });

  it("names the job that an event is about", () => {
    expect(jobOf({ id: "1", type: "job", data: '{"job":12}' })).toBe(12);
    expect(jobOf({ id: "1", type: "node", data: '{"node":"cn1"}' })).toBeNull();
    expect(jobOf({ id: "1", type: "job", data: "not json" })).toBeNull();
  });
});
