import { mount, RouterLinkStub } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { close } from "../../src/live/stream";
import JobView from "../../src/views/JobView.vue";

const before = globalThis.fetch;

/** The page of a job that waits, with these fields of its tasks. */
async function page(fields: object) {
  const job = {
    id: 7,
    name: "wide",
    state: "PENDING",
    submitMs: 1,
    startMs: null,
    endMs: null,
    nodes: [],
    cores: 8,
    coreMs: null,
    chargeMicro: null,
    currency: null,
    ...fields,
  };
  globalThis.fetch = async (path) =>
    new URL(String(path), "http://here").pathname.endsWith("/jobs/7")
      ? new Response(JSON.stringify(job))
      : new Response("{}", { status: 401 });
  const view = mount(JobView, {
    props: { id: "7" },
    global: { stubs: { RouterLink: RouterLinkStub } },
  });
  while (!view.text().includes("wide")) await new Promise((go) => setTimeout(go, 5));
  return view;
}

afterEach(() => {
  close();
  globalThis.fetch = before;
  language.value = "en";
});

describe("the page of a job", () => {
  it("says that tasks are those of the whole job", async () => {
    const view = await page({ tasks: 24, tasksCounted: "IN_ALL", tasksPerNode: null });
    expect(view.get("[data-test=tasks]").text()).toBe("24 in all");
    language.value = "zh";
    await view.vm.$nextTick();
    expect(view.get("[data-test=tasks]").text()).toBe("共 24 个");
    view.unmount();
  });

  it("says how many each node has where more nodes have more", async () => {
    const view = await page({ tasks: 8, tasksCounted: "PER_NODE", tasksPerNode: 4 });
    expect(view.get("[data-test=tasks]").text()).toBe("4 on each node");
    view.unmount();
    const one = await page({ tasks: 2, tasksCounted: "PER_NODE", tasksPerNode: null });
    expect(one.get("[data-test=tasks]").text()).toBe("1 on each node");
    one.unmount();
  });

  it("says nothing of the tasks of a job of long ago", async () => {
    const view = await page({ tasks: null, tasksCounted: null, tasksPerNode: null });
    expect(view.find("[data-test=tasks]").exists()).toBe(false);
    view.unmount();
  });
});
