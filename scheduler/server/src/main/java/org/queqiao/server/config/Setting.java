package org.queqiao.server.config;

/**
 * One key with its value.
 *
 * @param key its full name
 * @param unit what it counts, or what form it has
 * @param defaultText the default as it would be written
 * @param prose one line for people
 * @param valueText the value in force
 * @param origin {@code default} or the file that sets it
 */
public record Setting(
    String key, String unit, String defaultText, String prose, String valueText, String origin) {
  /** Whether nothing but the program says it. */
  boolean isDefault() {
    return origin.equals("default");
  }
}
