package org.queqiao.server.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A small file of lines, readable by its owner only, to which one line at a time is added and which
 * is replaced as a whole when its keeper wishes. After a crash it has every line whose adding
 * returned; of one that did not, it has the whole line or nothing.
 *
 * <p>For one thread at a time.
 */
public final class LineFile {
  private final Path file;
  private final List<String> read;

  /** Up to here everything is whole; what a failed write left behind it is cut off. */
  private long wholeBytes;

  private int lines;

  private LineFile(Path file, List<String> read, long wholeBytes) {
    this.file = file;
    this.read = read;
    this.wholeBytes = wholeBytes;
    this.lines = read.size();
  }

  /** Reads the file, or begins with no line where there is none. */
  public static LineFile open(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new LineFile(file, List.of(), 0);
    }
    byte[] content = Files.readAllBytes(file);
    int whole = content.length;
    while (whole > 0 && content[whole - 1] != '\n') {
      whole--;
    }
    return new LineFile(
        file, new String(content, 0, whole, StandardCharsets.UTF_8).lines().toList(), whole);
  }

  /** The lines that were there when it was opened, oldest first. */
  public List<String> read() {
    return read;
  }

  /** How many lines it has now. */
  public int lines() {
    return lines;
  }

  /**
   * Adds a line; durable on return.
   *
   * @param line without an end of line in it
   */
  public void add(String line) throws IOException {
    byte[] content = (line + "\n").getBytes(StandardCharsets.UTF_8);
    boolean first = !Files.exists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
            PosixFilePermissions.asFileAttribute(WholeFile.OWNER_ONLY))) {
      channel.truncate(wholeBytes);
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer, wholeBytes + buffer.position());
      }
      channel.force(true);
    }
    if (first) {
      WholeFile.sync(file.toAbsolutePath().getParent());
    }
    wholeBytes += content.length;
    lines++;
  }

  /** Puts these lines in the place of all others; durable on return. */
  public void replace(List<String> all) throws IOException {
    byte[] content =
        all.stream()
            .map(line -> line + "\n")
            .collect(Collectors.joining())
            .getBytes(StandardCharsets.UTF_8);
    WholeFile.replace(file, content, WholeFile.OWNER_ONLY);
    wholeBytes = content.length;
    lines = all.size();
  }
}
