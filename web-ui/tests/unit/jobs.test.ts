import { mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { defineComponent, h, ref } from "vue";
import { useJobList, type JobList } from "../../src/live/jobs";
import { close } from "../../src/live/stream";

const before = globalThis.fetch;
const JOBS = 180;

/** A server with many jobs, the newest first, and with one event at each opening of the stream. */
function serve(): string[] {
  const asked: string[] = [];
  let newest = JOBS;
  globalThis.fetch = async (path) => {
    const url = new URL(String(path), "http://here");
    if (url.pathname.endsWith("/events")) {
      newest += 1;
      return new Response(`id: ${newest}\ndata: {"job":${newest}}\n\n`);
    }
    if (!url.pathname.endsWith("/jobs")) return new Response("{}", { status: 401 });
    asked.push(url.search);
    const limit = Number(url.searchParams.get("limit"));
    const first = Number(url.searchParams.get("cursor") ?? newest);
    const items = Array.from({ length: limit }, (_, i) => ({ id: first - i }));
    return new Response(JSON.stringify({ items, next: String(first - limit) }));
  };
  return asked;
}

afterEach(() => {
  close();
  globalThis.fetch = before;
});

describe("the list of jobs", () => {
  it("stays as long as it was made when a new job comes", async () => {
    serve();
    let list!: JobList;
    const view = mount(
      defineComponent(() => {
        list = useJobList(ref({}));
        return () => h("div");
      }),
    );
    await list.load();
    await list.load(true);
    const last = list.items.value[99]!.id;
    while (list.items.value[0]!.id < last + 100) await new Promise((go) => setTimeout(go, 5));
    expect(list.items.value).toHaveLength(100);
    view.unmount();
  });
});
