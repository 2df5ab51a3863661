import { computed, ref, watchEffect } from "vue";
import { en, type Texts } from "./en";
import { zh } from "./zh";

export type Language = "en" | "zh";

const KEY = "queqiao.language";
const all: Record<Language, Texts> = { en, zh };

function first(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "en" || kept === "zh") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** The language in use; setting it changes every text at once. */
export const language = ref<Language>(first());

/** The texts of the language in use. */
export const t = computed<Texts>(() => all[language.value]);

watchEffect(() => {
  localStorage.setItem(KEY, language.value);
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

/** Puts values into the {places} of a text. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    name in values ? String(values[name]) : place,
  );
}

/** The word for a state; a state without one is shown as it is. */
export function stateName(state: string): string {
  return (t.value.states as Record<string, string>)[state] ?? state;
}
