import { mount, RouterLinkStub } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { close } from "../../src/live/stream";
import JobView from "../../src/views/JobView.vue";

const before = globalThis.fetch;

afterEach(() => {
  close();
  globalThis.fetch = before;
  language.value = "en";
});

describe("the page of a job", () => {
  it("says for whom a service platform submitted it, as text", async () => {
    const job = {
      id: 7,
      name: "sold",
      state: "RUNNING",
      submitMs: 1,
      startMs: 2,
      endMs: null,
      nodes: ["n1"],
      cores: 4,
      coreMs: null,
      chargeMicro: null,
      currency: null,
      endUser: "<b>王五</b>",
    };
    globalThis.fetch = async (path) =>
      new URL(String(path), "http://here").pathname.endsWith("/jobs/7")
        ? new Response(JSON.stringify(job))
        : new Response("{}", { status: 401 });
    const view = mount(JobView, {
      props: { id: "7" },
      global: { stubs: { RouterLink: RouterLinkStub } },
    });
    while (!view.text().includes("sold")) await new Promise((go) => setTimeout(go, 5));
    expect(view.text()).toContain("End user");
    expect(view.text()).toContain("<b>王五</b>");
    language.value = "zh";
    await view.vm.$nextTick();
    expect(view.text()).toContain("终端用户");
    view.unmount();
  });
});
