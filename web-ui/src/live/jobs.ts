import { onUnmounted, ref, type Ref } from "vue";
import * as api from "../api/client";
import type { Job } from "../api/types";
import { listen } from "./stream";
import type { StreamEvent } from "./sse";

/** How long changes are gathered before the jobs that they touch are read again. */
const GATHER_MS = 150;

/** The number of the job that an event is about, or null. */
export function jobOf(event: StreamEvent): number | null {
  try {
    const data = JSON.parse(event.data) as { job?: unknown; id?: unknown };
    const id = data.job ?? data.id;
    return typeof id === "number" ? id : null;
  } catch {
    return null;
  }
}

/** Calls back with the jobs that changed, gathered, and after a gap with null: read all again. */
export function onJobChanges(changed: (ids: number[] | null) => void): void {
  const waiting = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stop = listen(
    (event) => {
      const id = jobOf(event);
      if (id === null) return;
      waiting.add(id);
      timer ??= setTimeout(() => {
        timer = null;
        const ids = [...waiting];
        waiting.clear();
        changed(ids);
      }, GATHER_MS);
    },
    () => changed(null),
  );
  onUnmounted(() => {
    stop();
    if (timer) clearTimeout(timer);
  });
}

export interface JobList {
  items: Ref<Job[]>;
  next: Ref<string | null>;
  error: Ref<string | null>;
  load: (more?: boolean) => Promise<void>;
}

/** How many jobs are read at first and with each "more", and at most at once. */
const PAGE = 50;
const MOST = 1_000;

/** More changed jobs than this and the page is read again as a whole. */
const SINGLE_READS = 20;

/** A page of jobs that stays current without a reload. */
export function useJobList(query: Ref<Record<string, string>>): JobList {
  const items = ref<Job[]>([]);
  const next = ref<string | null>(null);
  const error = ref<string | null>(null);

  async function load(more = false): Promise<void> {
    try {
      // What was unfolded by "more" stays unfolded when the list is read anew.
      const limit = more ? PAGE : Math.min(MOST, Math.max(PAGE, items.value.length));
      const page = await api.jobs(
        { limit: String(limit), ...query.value },
        more ? next.value : null,
      );
      items.value = more ? [...items.value, ...page.items] : page.items;
      next.value = page.next;
      error.value = null;
    } catch (e) {
      error.value = (e as Error).message;
    }
  }

  async function refresh(ids: number[] | null): Promise<void> {
    const known = new Set(items.value.map((each) => each.id));
    if (ids === null || ids.length > SINGLE_READS || ids.some((id) => !known.has(id))) {
      await load();
      return;
    }
    for (const id of ids) {
      const fresh = await api.job(id).catch(() => null);
      if (fresh) {
        items.value = items.value.map((each) => (each.id === id ? fresh : each));
      }
    }
  }

  onJobChanges((ids) => void refresh(ids));
  return { items, next, error, load };
}
