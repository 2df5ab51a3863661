import type { Job, Me, NodeInfo, Page, Partition, Submission, Submitted } from "./types";

/** A refusal of the server: what is wrong, where, and what to do, as problem+json says it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly field: string | null,
  ) {
    super(detail || title);
  }
}

interface Session {
  accessToken: string;
  expiresMs: number;
}

/** Seconds before its end at which the access token is renewed. */
const RENEW_BEFORE_MS = 60_000;

let session: Session | null = null;
let renewal: Promise<boolean> | null = null;
let signedOut: () => void = () => undefined;

/** What is done when the server no longer knows the session. */
export function onSignedOut(action: () => void): void {
  signedOut = action;
}

async function problemOf(response: Response): Promise<Problem> {
  let title = response.statusText;
  let detail = "";
  let field: string | null = null;
  try {
    const body = (await response.json()) as Record<string, unknown>;
    title = String(body.title ?? title);
    detail = String(body.detail ?? "");
    field = typeof body.field === "string" ? body.field : null;
  } catch {
    // A body that is no JSON says nothing more than the status line.
  }
  return new Problem(response.status, title, detail, field);
}

async function openSession(path: string, body: unknown): Promise<boolean> {
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  session = (await response.json()) as Session;
  return true;
}

/** Signs in with a password. */
export function signIn(user: string, password: string): Promise<boolean> {
  return openSession("/api/v1/session", { user, password });
}

/** Signs in with the single-use code of a login link. */
export function signInWithCode(code: string): Promise<boolean> {
  return openSession("/api/v1/session", { code });
}

/** Takes the session up again from its cookie; false when there is none. */
export async function resume(): Promise<boolean> {
  renewal ??= openSession("/api/v1/session/refresh", {})
    .catch(() => {
      session = null;
      return false;
    })
    .finally(() => {
      renewal = null;
    });
  return renewal;
}

export async function signOut(): Promise<void> {
  await call("/api/v1/session", { method: "DELETE" }).catch(() => undefined);
  session = null;
}

/** A request in the name of the signed-in account; renews the token when it is about to end. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  if (!session || session.expiresMs - Date.now() < RENEW_BEFORE_MS) {
    await resume();
  }
  const headers = new Headers(init.headers);
  if (session) {
    headers.set("Authorization", `Bearer ${session.accessToken}`);
  }
  const response = await fetch(path, { ...init, headers, credentials: "same-origin" });
  if (response.status === 401) {
    session = null;
    signedOut();
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

async function get<T>(path: string): Promise<T> {
  return (await (await call(path)).json()) as T;
}

async function post<T>(path: string, body: unknown, headers: HeadersInit = {}): Promise<T> {
  const response = await call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

export const me = () => get<Me>("/api/v1/me");

export function jobs(query: Record<string, string>, cursor: string | null): Promise<Page<Job>> {
  const parameters = new URLSearchParams(query);
  if (cursor) {
    parameters.set("cursor", cursor);
  }
  return get<Page<Job>>(`/api/v1/jobs?${parameters}`);
}

export const job = (id: number) => get<Job>(`/api/v1/jobs/${id}`);

export function submit(submission: Submission, key: string): Promise<Submitted> {
  return post<Submitted>("/api/v1/jobs", submission, { "Idempotency-Key": key });
}

export async function cancel(id: number): Promise<void> {
  await call(`/api/v1/jobs/${id}`, { method: "DELETE" });
}

export const hold = (id: number) => post<unknown>(`/api/v1/jobs/${id}/hold`, {});
export const suspendJob = (id: number) => post<unknown>(`/api/v1/jobs/${id}/suspend`, {});
export const resumeJob = (id: number) => post<unknown>(`/api/v1/jobs/${id}/resume`, {});
export const release = (id: number) => post<unknown>(`/api/v1/jobs/${id}/release`, {});

/** Part of a job's output from a byte offset on, and the size of the whole file in bytes. */
export async function output(
  id: number,
  from: number,
): Promise<{ bytes: Uint8Array; size: number }> {
  const response = await call(`/api/v1/jobs/${id}/output?from=${from}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { bytes, size: Number(response.headers.get("Queqiao-Size") ?? from + bytes.length) };
}

export const nodes = async () => (await get<Page<NodeInfo>>("/api/v1/nodes")).items;
export const partitions = async () => (await get<Page<Partition>>("/api/v1/partitions")).items;

export const drain = (name: string, reason: string) =>
  post<unknown>(`/api/v1/nodes/${encodeURIComponent(name)}/drain`, { reason });
export const undrain = (name: string) =>
  post<unknown>(`/api/v1/nodes/${encodeURIComponent(name)}/resume`, {});
