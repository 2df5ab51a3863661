import { mount, RouterLinkStub } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { close } from "../../src/live/stream";
import JobView from "../../src/views/JobView.vue";

const before = globalThis.fetch;

/** A server with one job that runs, pushed aside for another or for none, in a reservation or in none. */
function serve(preemptedBy: number | null, reservation: string | null = null): void {
  const job = {
    id: 7,
    name: "low",
    state: "RUNNING",
    submitMs: 1,
    startMs: 2,
    endMs: null,
    nodes: ["n1"],
    cores: 4,
    coreMs: null,
    chargeMicro: null,
    currency: null,
    preemptedBy,
    reservation,
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

describe("the page of a job", () => {
  it("links the job for which it was pushed aside, in both languages", async () => {
    serve(12);
    const view = await page();
    const link = view.get("[data-test=preempted-by]").getComponent(RouterLinkStub);
    expect(link.props().to).toBe("/jobs/12");
    expect(view.text()).toContain("Made room for job");
    language.value = "zh";
    await view.vm.$nextTick();
    expect(view.text()).toContain("为作业让出资源");
    view.unmount();
  });

  it("names the reservation that it runs in, and none where it runs in none", async () => {
    serve(null, "school");
    const view = await page();
    expect(view.get("[data-test=reservation]").text()).toBe("school");
    view.unmount();
    serve(null);
    const other = await page();
    expect(other.find("[data-test=reservation]").exists()).toBe(false);
    other.unmount();
  });

  it("says nothing of that where it never was", async () => {
    serve(null);
    const view = await page();
    expect(view.find("[data-test=preempted-by]").exists()).toBe(false);
    view.unmount();
  });
});
