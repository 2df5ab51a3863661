package org.queqiao.server.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes a record as one line of JSON with the fields time, level, logger, thread, message and,
 * with a failure, error. Whatever a message holds, a line stays a line: control and formatting
 * characters are escaped, and lone halves of characters too.
 */
public final class JsonLines extends Formatter {
  private static final int MAX_TEXT = 16 << 10;

  @Override
  public String format(LogRecord logged) {
    StringBuilder out = new StringBuilder(256);
    out.append("{\"time\":\"").append(DateTimeFormatter.ISO_INSTANT.format(logged.getInstant()));
    out.append("\",\"level\":\"").append(level(logged.getLevel()));
    field(out, "logger", logged.getLoggerName() == null ? "" : logged.getLoggerName());
    field(out, "thread", Long.toString(logged.getLongThreadID()));
    field(out, "message", formatMessage(logged));
    if (logged.getThrown() != null) {
      StringWriter trace = new StringWriter();
      logged.getThrown().printStackTrace(new PrintWriter(trace));
      field(out, "error", trace.toString());
    }
    return out.append("\"}\n").toString();
  }

  private static String level(Level level) {
    int value = level.intValue();
    return value >= Level.SEVERE.intValue()
        ? "ERROR"
        : value >= Level.WARNING.intValue()
            ? "WARN"
            : value >= Level.INFO.intValue() ? "INFO" : "DEBUG";
  }

  private static void field(StringBuilder out, String name, String text) {
    out.append("\",\"").append(name).append("\":\"");
    int length = Math.min(text.length(), MAX_TEXT);
    for (int i = 0; i < length; i++) {
      escape(out, text, i);
    }
    if (length < text.length()) {
      out.append("...");
    }
  }

  private static void escape(StringBuilder out, String text, int index) {
    char c = text.charAt(index);
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      default -> {
        int type = Character.getType(c);
        boolean shown =
            type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && !isAlone(text, index);
        if (shown) {
          out.append(c);
        } else {
          out.append(String.format("\\u%04x", (int) c));
        }
      }
    }
  }

  private static boolean isAlone(String text, int index) {
    char c = text.charAt(index);
    if (Character.isHighSurrogate(c)) {
      return index + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(c)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }
}
