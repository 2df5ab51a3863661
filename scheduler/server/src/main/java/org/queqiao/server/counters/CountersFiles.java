package org.queqiao.server.counters;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.queqiao.contract.codec.MetricsCodec;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.server.host.WholeFile;

/**
 * One file for each thousand jobs, to which records are appended:
 *
 * <pre>
 *   u32 length | u32 CRC-32C | u8 length of the name | name of the node | message of agent.proto
 * </pre>
 *
 * A record that a crash cut off ends what is read of its file, and the next write cuts it away; the
 * agent still has it. Of several records of a run on a node the last one counts. Written by one
 * thread, read by any.
 */
final class CountersFiles {
  private static final int JOBS_PER_FILE = 1_000;
  private static final int HEADER_BYTES = 8;
  private static final int RECORD_MAX_BYTES = 64 << 10;
  private static final String ENDING = ".counters";
  private static final String SERIES_ENDING = ".series";

  private final Path folder;
  private final long maxBytes;
  private final TreeMap<Long, Long> sizes = new TreeMap<>();
  private final TreeMap<Long, Long> seriesSizes = new TreeMap<>();

  /** The files whose end is known to be whole. */
  private final Set<Long> touched = new HashSet<>();

  /** What one node counted of one run. */
  record Kept(NodeName node, RunMetrics metrics) {}

  /** A packed series; empty for none. */
  record WithSeries(Kept kept, byte[] series) {}

  /**
   * Opens the folder, making it when it is new.
   *
   * @param maxBytes of all files; those of the oldest jobs are given up beyond it
   */
  CountersFiles(Path folder, long maxBytes) throws IOException {
    this.folder = folder;
    this.maxBytes = maxBytes;
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(ENDING)) {
          long number = Long.parseLong(name.substring(0, name.length() - ENDING.length()));
          sizes.put(number, Files.size(file));
        } else if (name.endsWith(SERIES_ENDING)) {
          long number = Long.parseLong(name.substring(0, name.length() - SERIES_ENDING.length()));
          seriesSizes.put(number, bytesIn(file));
        }
      }
    }
  }

  /** Stores series, each in a file of its own, then their records as {@link #append} does. */
  void store(List<WithSeries> records) throws IOException {
    for (WithSeries each : records) {
      if (each.series().length > 0) {
        long number = number(each.kept().metrics().run().job());
        Path file = seriesFile(each.kept().node(), each.kept().metrics().run());
        if (!Files.isDirectory(file.getParent())) {
          Files.createDirectory(
              file.getParent(),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
          WholeFile.sync(folder);
        }
        WholeFile.replace(file, each.series(), WholeFile.OWNER_ONLY);
        seriesSizes.merge(number, (long) each.series().length, Long::sum);
      }
    }
    append(records.stream().map(WithSeries::kept).toList());
  }

  /** The packed series of a run on a node; empty when there is none. */
  byte[] series(NodeName node, RunId run) throws IOException {
    try {
      return Files.readAllBytes(seriesFile(node, run));
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  private Path seriesFile(NodeName node, RunId run) {
    return folder
        .resolve(number(run.job()) + SERIES_ENDING)
        .resolve(run.job() + "." + run.attempt() + "." + node);
  }

  /** Appends records and syncs every file that it touched. */
  void append(List<Kept> records) throws IOException {
    TreeMap<Long, List<Kept>> byFile = new TreeMap<>();
    for (Kept each : records) {
      byFile
          .computeIfAbsent(number(each.metrics().run().job()), any -> new ArrayList<>())
          .add(each);
    }
    boolean made = false;
    for (var each : byFile.entrySet()) {
      made |= !sizes.containsKey(each.getKey());
      write(each.getKey(), each.getValue());
    }
    if (made) {
      WholeFile.sync(folder);
    }
    shorten();
  }

  /** What is kept of a job, of all its runs and nodes. */
  List<Kept> find(JobId job) throws IOException {
    TreeMap<String, Kept> found = new TreeMap<>();
    ByteBuffer in;
    try {
      in = ByteBuffer.wrap(Files.readAllBytes(file(number(job))));
    } catch (NoSuchFileException e) {
      return List.of();
    }
    for (byte[] record = next(in); record != null; record = next(in)) {
      Kept kept = decode(record);
      if (kept.metrics().run().job().equals(job)) {
        found.put(kept.metrics().run() + " " + kept.node(), kept);
      }
    }
    return List.copyOf(found.values());
  }

  private static long number(JobId job) {
    return job.value() / JOBS_PER_FILE;
  }

  private Path file(long number) {
    return folder.resolve(number + ENDING);
  }

  private void write(long number, List<Kept> records) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file(number),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      long end = touched.contains(number) ? sizes.get(number) : whole(number);
      out.truncate(end);
      out.position(end);
      for (Kept each : records) {
        ByteBuffer bytes = encode(each);
        end += bytes.remaining();
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
      out.force(false);
      sizes.put(number, end);
      touched.add(number);
    }
  }

  /** The length of a file up to its last whole record. */
  private long whole(long number) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file(number)));
    int end = 0;
    while (next(in) != null) {
      end = in.position();
    }
    return end;
  }

  private static long bytesIn(Path folder) throws IOException {
    long all = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        all += Files.size(file);
      }
    }
    return all;
  }

  private void shorten() throws IOException {
    long all =
        Stream.concat(sizes.values().stream(), seriesSizes.values().stream())
            .mapToLong(Long::longValue)
            .sum();
    while (all > maxBytes && sizes.size() > 1) {
      var oldest = sizes.pollFirstEntry();
      touched.remove(oldest.getKey());
      all -= oldest.getValue();
      Files.deleteIfExists(file(oldest.getKey()));
      Long series = seriesSizes.remove(oldest.getKey());
      if (series != null) {
        all -= series;
        remove(folder.resolve(oldest.getKey() + SERIES_ENDING));
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  private static ByteBuffer encode(Kept kept) {
    byte[] name = kept.node().value().getBytes(StandardCharsets.UTF_8);
    byte[] message = MetricsCodec.encode(kept.metrics());
    ByteBuffer record = ByteBuffer.allocate(1 + name.length + message.length);
    record.put((byte) name.length).put(name).put(message).flip();
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + record.remaining());
    return out.putInt(record.remaining()).putInt(checksum(record.array())).put(record).flip();
  }

  private static byte[] next(ByteBuffer in) {
    if (in.remaining() < HEADER_BYTES) {
      return null;
    }
    int length = in.getInt();
    int checksum = in.getInt();
    if (length < 1 || length > RECORD_MAX_BYTES || length > in.remaining()) {
      return null;
    }
    byte[] record = new byte[length];
    in.get(record);
    return checksum(record) == checksum ? record : null;
  }

  private static Kept decode(byte[] record) {
    int name = Byte.toUnsignedInt(record[0]);
    byte[] message = new byte[record.length - 1 - name];
    System.arraycopy(record, 1 + name, message, 0, message.length);
    return new Kept(
        new NodeName(new String(record, 1, name, StandardCharsets.UTF_8)),
        MetricsCodec.decode(message));
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
