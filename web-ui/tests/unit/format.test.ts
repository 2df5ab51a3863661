import { beforeEach, describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en";
import { zh } from "../../src/i18n/zh";
import { fill, language, stateName } from "../../src/i18n";
import { bytes, coreHours, duration, money } from "../../src/i18n/format";

function keys(node: object, path = ""): string[] {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === "object" ? keys(value as object, `${path}${key}.`) : [`${path}${key}`],
  );
}

function places(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}

function at(node: object, path: string): string {
  return path.split(".").reduce((n, key) => (n as Record<string, never>)[key], node) as never;
}

describe("numbers for people", () => {
  beforeEach(() => {
    language.value = "en";
  });

  it("shows money to the micro-unit, and at least to the coin", () => {
    expect(money(40_000, "CNY")).toMatch(/0\.04/);
    expect(money(1_234_567, "CNY")).toMatch(/1\.234567/);
    expect(money(4_000_000, "CNY")).toMatch(/4\.00$/);
  });

  it("shows durations short and long", () => {
    expect(duration(1_234)).toBe("1.234 s");
    expect(duration(59_900)).toBe("59.9 s");
    expect(duration(3_661_000)).toBe("01:01:01");
    expect(duration(2 * 86_400_000 + 5_000)).toBe("2 d 00:00:05");
  });

  it("shows core-hours and bytes", () => {
    expect(coreHours(5_400_000)).toBe("1.5");
    expect(bytes(512)).toBe("512 B");
    expect(bytes(1.5 * 1024 ** 3)).toBe("1.5 GiB");
  });
});

describe("the two languages", () => {
  it("have the same texts with the same places", () => {
    expect(keys(zh)).toEqual(keys(en));
    for (const key of keys(en)) {
      expect(places(at(zh, key)), key).toEqual(places(at(en, key)));
    }
  });

  it("change every text at once and show unknown states as they are", () => {
    language.value = "zh";
    expect(stateName("RUNNING")).toBe("运行中");
    language.value = "en";
    expect(stateName("RUNNING")).toBe("Running");
    expect(stateName("SPECIAL_EXIT")).toBe("SPECIAL_EXIT");
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  });
});
