import { mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import OutputTail from "../../src/parts/OutputTail.vue";

const before = globalThis.fetch;
const KEEP_BYTES = 256 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** A server with one file, which answers as many bytes at once as the real one. */
function serve(file: Uint8Array): number[] {
  const offsets: number[] = [];
  globalThis.fetch = async (path) => {
    const from = Number(new URL(String(path), "http://here").searchParams.get("from"));
    if (!String(path).includes("/output")) return new Response("{}", { status: 401 });
    offsets.push(from);
    return new Response(file.slice(from, from + CHUNK_BYTES), {
      headers: { "Queqiao-Size": String(file.length) },
    });
  };
  return offsets;
}

afterEach(() => {
  globalThis.fetch = before;
});

describe("the end of an output", () => {
  it("is read without the middle of a long file", async () => {
    const file = new TextEncoder().encode("x".repeat(20 * CHUNK_BYTES) + "the end");
    const offsets = serve(file);
    const tail = mount(OutputTail, { props: { id: 1, running: false, started: true } });
    while (!tail.text().includes("the end")) await new Promise((go) => setTimeout(go, 5));
    expect(offsets).toEqual([0, file.length - KEEP_BYTES, file.length]);
    expect(tail.find("pre").text().length).toBe(KEEP_BYTES);
  });
});
