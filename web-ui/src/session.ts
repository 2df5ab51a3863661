import { ref } from "vue";
import * as api from "./api/client";
import type { Me } from "./api/types";
import { close } from "./live/stream";

/** Who is signed in, or null. */
export const me = ref<Me | null>(null);

/** Takes up a session that the browser still has. */
export async function restore(): Promise<boolean> {
  if (me.value) return true;
  if (!(await api.resume())) return false;
  me.value = await api.me();
  return true;
}

export async function enter(signIn: Promise<boolean>): Promise<void> {
  await signIn;
  me.value = await api.me();
}

export async function leave(): Promise<void> {
  close();
  await api.signOut();
  me.value = null;
}

/** The session has ended on its own; true when somebody was signed in. */
export function ended(): boolean {
  const wasIn = me.value !== null;
  close();
  me.value = null;
  return wasIn;
}

export function isAdministrator(): boolean {
  return me.value?.roles.some((role) => role.toUpperCase() === "ADMINISTRATOR") ?? false;
}
