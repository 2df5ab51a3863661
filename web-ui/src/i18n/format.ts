import { language } from "./index";

const MICRO = 1_000_000;
const HOUR_MS = 3_600_000;

function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en-GB";
}

/** Micro-units of a currency as money, with as many decimals as the amount needs, at least two. */
export function money(amountMicro: number, currency: string | null): string {
  const options: Intl.NumberFormatOptions = {
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  };
  if (currency) {
    options.style = "currency";
    options.currency = currency;
  }
  return new Intl.NumberFormat(locale(), options).format(amountMicro / MICRO);
}

/** Core-milliseconds as core-hours. */
export function coreHours(coreMs: number): string {
  return new Intl.NumberFormat(locale(), { maximumSignificantDigits: 6 }).format(coreMs / HOUR_MS);
}

export function instant(ms: number | null): string {
  return ms === null
    ? "–"
    : new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" }).format(ms);
}

/** A duration such as 2 d 03:04:05, or 1.234 s when it is short. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 3 : 1)} s`;
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** Bytes with a binary unit. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
