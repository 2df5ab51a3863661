/** Shapes of the REST interface, as its OpenAPI document states them. Times are epoch milliseconds. */

export type JobState =
  | "PENDING"
  | "RUNNING"
  | "SUSPENDED"
  | "COMPLETING"
  | "COMPLETED"
  | "CANCELLED"
  | "FAILED"
  | "TIMEOUT"
  | "NODE_FAIL"
  | "OUT_OF_MEMORY"
  | "DEADLINE"
  | "PREEMPTED";

export interface Job {
  id: number;
  name: string;
  user: string;
  project: string;
  domain: string | null;
  partition: string;
  state: JobState;
  reason: string | null;
  submitMs: number;
  startMs: number | null;
  endMs: number | null;
  exitCode: number | null;
  nodes: string[];
  cores: number;
  memBytes?: number;
  limitMs?: number;
  coreMs: number | null;
  chargeMicro: number | null;
  currency: string | null;
  detail?: string | null;
  suspendedSinceMs?: number | null;
  suspendRequest?: { suspend: boolean; by: string; atMs: number } | null;
  tasks?: number | null;
  /** Whether these are the tasks of the job, or each node has tasksPerNode of them. */
  tasksCounted?: "IN_ALL" | "PER_NODE" | null;
  tasksPerNode?: number | null;
  /** That an operator told its latest run to end. */
  operatorEnd?: {
    run: number;
    cause: "PLATFORM_FAULT" | "ADMINISTRATOR";
    by: string;
    atMs: number;
    reason: string | null;
  } | null;
  /** For whom a run of it was last told to end or to stand still. */
  preemptedBy?: number | null;
  /** In which it runs or ran, or which it asks for. */
  reservation?: string | null;
  /** For whom a service platform submitted it. */
  endUser?: string | null;
  arrayJobId?: number | null;
  arrayTaskId?: number | null;
}

/** How people call a job: by its number, a task of an array by the array and its index. */
export function jobLabel(job: Job): string {
  return job.arrayJobId == null ? String(job.id) : `${job.arrayJobId}_${job.arrayTaskId}`;
}

export interface NodeInfo {
  name: string;
  state: string;
  drained?: boolean;
  drainReason?: string | null;
  reason?: string | null;
  cores: number;
  coresAllocated?: number;
  memBytes: number;
  memAllocatedBytes?: number;
  load1Milli?: number | null;
  memUsedBytes?: number | null;
  lastSeenMs?: number | null;
  absent?: string[];
}

export interface Partition {
  name: string;
  isDefault: boolean;
  defaultLimitMs: number;
  maxLimitMs: number;
  priceMicroPerCoreHour?: number | null;
  currency?: string | null;
}

export interface Me {
  user: string;
  title?: string;
  roles: string[];
  projects?: { name: string; rank: string }[];
  defaultProject?: string | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Submission {
  name?: string;
  script: string;
  partition?: string;
  project?: string;
  tasks?: number;
  cpusPerTask?: number;
  memBytes?: number;
  limitMs?: number;
  hold?: boolean;
}

export interface Submitted {
  id: number;
  state: string;
  /** What the script says that is not followed. */
  warnings?: string[];
}

const FINAL: readonly string[] = [
  "COMPLETED",
  "CANCELLED",
  "FAILED",
  "TIMEOUT",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "DEADLINE",
  "PREEMPTED",
];

export function isFinal(state: string): boolean {
  return FINAL.includes(state);
}
