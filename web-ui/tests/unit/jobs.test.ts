import { expect, it } from "vitest";
import { jobLabel, type Job } from "../../src/api/types";

const alone = { id: 17 } as Job;

it("calls a job by its number and a task by its array and index", () => {
  expect(jobLabel(alone)).toBe("17");
  expect(jobLabel({ ...alone, arrayJobId: null, arrayTaskId: null })).toBe("17");
  expect(jobLabel({ ...alone, arrayJobId: 12, arrayTaskId: 0 })).toBe("12_0");
});
