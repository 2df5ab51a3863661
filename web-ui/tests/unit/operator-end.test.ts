import { mount, RouterLinkStub } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { close } from "../../src/live/stream";
import JobView from "../../src/views/JobView.vue";

const before = globalThis.fetch;

function serve(operatorEnd: object | null): void {
  const job = {
    id: 7,
    name: "low",
    state: "CANCELLED",
    submitMs: 1,
    startMs: 2,
    endMs: 3,
    nodes: ["n1"],
    cores: 4,
    coreMs: 4,
    chargeMicro: 0,
    currency: "CNY",
    operatorEnd,
  };
  globalThis.fetch = async (path) =>
    new URL(String(path), "http://here").pathname.endsWith("/jobs/7")
      ? new Response(JSON.stringify(job))
      : new Response("{}", { status: 401 });
}

async function page() {
  const view = mount(JobView, {
    props: { id: "7" },
    global: { stubs: { RouterLink: RouterLinkStub } },
  });
  while (!view.text().includes("low")) await new Promise((go) => setTimeout(go, 5));
  return view;
}

afterEach(() => {
  close();
  globalThis.fetch = before;
  language.value = "en";
});

describe("the page of a job that an operator ended", () => {
  it("says for what, who and why, in both languages", async () => {
    serve({
      run: 1,
      cause: "PLATFORM_FAULT",
      by: "admin1",
      atMs: 1_790_000_000_000,
      reason: "the switch",
    });
    const view = await page();
    expect(view.get("[data-test=operator-end]").text()).toMatch(
      /^Fault of the platform · admin1 · .*2026.* · the switch$/,
    );
    language.value = "zh";
    await view.vm.$nextTick();
    expect(view.get("[data-test=operator-end]").text()).toContain("平台故障");
    view.unmount();
  });

  it("says nothing of that where none did", async () => {
    serve(null);
    const view = await page();
    expect(view.find("[data-test=operator-end]").exists()).toBe(false);
    view.unmount();
  });
});
