package org.queqiao.simulator.swf;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a workload log, packed with gzip or not. Reads bytes and not text, because a log has some
 * hundred thousand lines and reading it should not cost more than replaying it.
 */
public final class SwfReader {
  private static final int FIELDS = 18;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int GZIP_FIRST_BYTE = 0x1f;
  private static final int MAX_JOBS = 50_000_000;
  private static final int MAX_COMMENT = 500;
  private static final long MAX_NUMBER = 1L << 50;
  private static final String MAX_PROCS = "MaxProcs:";

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final long[] fields = new long[FIELDS];
  private final SwfLog log = new SwfLog();
  private int length;
  private int next;
  private long line = 1;

  private SwfReader(InputStream in) {
    this.in = in;
  }

  /**
   * Reads a file.
   *
   * @throws BadLog when it is not there or not a log, with the line and what is wrong there
   */
  public static SwfLog read(Path file) throws BadLog {
    if (Files.isDirectory(file)) {
      throw new BadLog(file + " is a folder: give a file in the Standard Workload Format");
    }
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      raw.mark(1);
      boolean packed = raw.read() == GZIP_FIRST_BYTE;
      raw.reset();
      return read(packed ? new GZIPInputStream(raw, BUFFER_BYTES) : raw, file.toString());
    } catch (NoSuchFileException missing) {
      throw new BadLog("there is no file " + file);
    } catch (ZipException | EOFException broken) {
      throw new BadLog(file + " is not a whole gzip file: " + broken.getMessage());
    } catch (IOException failed) {
      throw new BadLog("cannot read " + file + ": " + failed.getMessage());
    }
  }

  /** Reads a log from a stream; the name is for messages. */
  static SwfLog read(InputStream in, String name) throws BadLog, IOException {
    SwfReader reader = new SwfReader(in);
    try {
      reader.lines();
    } catch (BadLog bad) {
      throw new BadLog(name + ", line " + reader.line + ": " + bad.getMessage());
    }
    if (reader.log.size() == 0) {
      throw new BadLog(name + " has no job lines: give a file in the Standard Workload Format");
    }
    return reader.log;
  }

  private void lines() throws BadLog, IOException {
    for (int c = skipBlanks(read()); c >= 0; c = skipBlanks(read())) {
      if (c == ';') {
        comment();
      } else if (c != '\n') {
        job(c);
      }
      line++;
    }
  }

  private int read() throws IOException {
    if (next == length) {
      length = in.read(buffer, 0, buffer.length);
      next = 0;
      if (length <= 0) {
        length = 0;
        return -1;
      }
    }
    return buffer[next++];
  }

  private int skipBlanks(int first) throws IOException {
    int c = first;
    while (c == ' ' || c == '\t' || c == '\r') {
      c = read();
    }
    return c;
  }

  private void comment() throws IOException {
    byte[] text = new byte[MAX_COMMENT];
    int kept = 0;
    for (int c = read(); c >= 0 && c != '\n'; c = read()) {
      if (kept < MAX_COMMENT) {
        text[kept++] = (byte) c;
      }
    }
    String comment = new String(text, 0, kept, StandardCharsets.ISO_8859_1).strip();
    if (comment.startsWith(MAX_PROCS)) {
      String value = comment.substring(MAX_PROCS.length()).strip().split("\\s", 2)[0];
      if (value.matches("[1-9][0-9]{0,8}")) {
        log.maxProcs(Long.parseLong(value));
      }
    }
  }

  private void job(int first) throws BadLog, IOException {
    int c = first;
    int field = 0;
    while (c >= 0 && c != '\n') {
      if (field == FIELDS) {
        throw new BadLog("a job has " + FIELDS + " fields, here are more");
      }
      c = skipBlanks(number(c, field++));
    }
    if (field < FIELDS) {
      throw new BadLog("a job has " + FIELDS + " fields, here are " + field);
    }
    if (log.size() == MAX_JOBS) {
      throw new BadLog("a log may have at most " + MAX_JOBS + " jobs");
    }
    if (fields[11] > Integer.MAX_VALUE) {
      throw new BadLog("field 12, the user, is too large: " + fields[11]);
    }
    log.add(fields[0], fields[1], fields[3], fields[4], fields[7], fields[8], (int) fields[11]);
  }

  /** Reads one number; a fraction is cut off. Returns what follows it. */
  private int number(int first, int field) throws BadLog, IOException {
    int c = first;
    boolean negative = c == '-';
    if (negative) {
      c = read();
    }
    long value = 0;
    int digits = 0;
    for (; c >= '0' && c <= '9'; c = read()) {
      value = value * 10 + (c - '0');
      digits++;
      if (value > MAX_NUMBER) {
        throw new BadLog("field " + (field + 1) + " is too large");
      }
    }
    if (c == '.') {
      for (c = read(); c >= '0' && c <= '9'; c = read()) {
        digits++;
      }
    }
    boolean ends = c < 0 || c == '\n' || c == ' ' || c == '\t' || c == '\r';
    if (digits == 0 || !ends) {
      throw new BadLog(
          "field " + (field + 1) + " is not a number" + (ends ? "" : ", near '" + shown(c) + "'"));
    }
    fields[field] = negative ? -value : value;
    return c;
  }

  private static String shown(int c) {
    return c > ' ' && c < 127 ? String.valueOf((char) c) : "byte " + (c & 0xff);
  }
}
