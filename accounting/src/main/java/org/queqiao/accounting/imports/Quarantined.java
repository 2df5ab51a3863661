package org.queqiao.accounting.imports;

/**
 * A line that was not taken.
 *
 * @param line its number in the file, from 1
 * @param reason what is wrong with it
 */
public record Quarantined(int line, String reason) {}
