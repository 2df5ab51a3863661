package org.queqiao.eventlog.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.file.Frame;
import org.queqiao.eventlog.file.FrameVisitor;
import org.queqiao.eventlog.file.LogScan;
import org.queqiao.eventlog.file.ScanResult;
import org.queqiao.eventlog.file.SnapshotScan;

/**
 * What {@code queqiao log} does. Each function prints what it finds and answers whether the log is
 * whole; a torn tail is no damage, because nobody was told of what it held.
 */
public final class LogTool {
  private static final int MOST_SCANS = 3;

  private LogTool() {}

  /** Prints segments, positions, epochs with their writers, times and snapshots. */
  public static boolean describe(OfflineLog log, PrintStream out) throws IOException {
    List<String> claims = new ArrayList<>();
    ScanResult result =
        LogScan.run(
            log.disk(),
            (segment, frame) -> {
              if (frame.claim()) {
                claims.add(
                    "epoch "
                        + frame.epoch()
                        + " claimed by "
                        + printable(frame.writer())
                        + " after position "
                        + frame.position());
              }
            });
    for (ScanResult.SegmentFacts segment : result.segments()) {
      out.println(describe(segment));
    }
    claims.forEach(out::println);
    for (SnapshotScan.Found found : SnapshotScan.run(log.snapshotDisk())) {
      String content =
          found
              .snapshot()
              .map(whole ->
                  "position " + whole.position() + ", payload " + whole.payload().length + " bytes")
              .orElse("damaged");
      out.println("snapshot " + found.file() + ": " + content);
    }
    printHead(result.head(), out);
    return printFindings(result, out);
  }

  /**
   * Checks every byte of segments, durable mark and snapshots, and names the offset of what is
   * wrong: in each damaged snapshot, in each damaged slot of the mark, and at the first damage of
   * the log, behind which the chain proves nothing.
   *
   * <p>Of a log that is being written, a scan that meets the writer is repeated.
   */
  public static boolean verify(OfflineLog log, PrintStream out) throws IOException {
    List<SnapshotScan.Found> snapshots = SnapshotScan.run(log.snapshotDisk());
    HashesAt hashes = new HashesAt(snapshots);
    ScanResult result = LogScan.run(log.disk(), hashes);
    for (int scans = 1; scans < MOST_SCANS && !isWhole(result); scans++) {
      ScanResult again = LogScan.run(log.disk(), hashes);
      if (again.equals(result)) {
        break;
      }
      result = again;
    }
    for (ScanResult.SegmentFacts segment : result.segments()) {
      out.println(describe(segment));
    }
    boolean whole = printFindings(result, out);
    for (SnapshotScan.Found found : snapshots) {
      Optional<String> problem = problemOf(found, result, hashes);
      problem.ifPresent(text -> out.println("DAMAGED " + text));
      if (problem.isEmpty()) {
        out.println("snapshot " + found.file() + ": whole");
      }
      whole &= problem.isEmpty();
    }
    printHead(result.head(), out);
    out.println(whole ? "the log is whole" : "the log is NOT whole");
    return whole;
  }

  /**
   * Prints the entries of a range of positions, one line each.
   *
   * @param from first position
   * @param to last position
   */
  public static boolean dump(
      OfflineLog log, long from, long to, PayloadRenderer renderer, PrintStream out)
      throws IOException {
    ScanResult result =
        LogScan.run(
            log.disk(),
            (segment, frame) -> {
              if (!frame.claim() && frame.position() >= from && frame.position() <= to) {
                out.println(
                    frame.position()
                        + " epoch "
                        + frame.epoch()
                        + " "
                        + Instant.ofEpochMilli(frame.timeMs())
                        + " "
                        + renderer.render(frame.entry()));
              }
            });
    return printFindings(result, out);
  }

  /**
   * Rebuilds the state as it was at a position, from the newest whole snapshot before it and the
   * entries behind that, and prints its digest.
   *
   * @param until last position to apply; larger than the last means all
   */
  public static boolean replay(OfflineLog log, long until, ReplayTarget target, PrintStream out)
      throws IOException {
    Optional<Snapshot> snapshot = SnapshotScan.newestUpTo(log.snapshotDisk(), until);
    long restored = snapshot.map(Snapshot::position).orElse(0L);
    snapshot.ifPresent(target::restore);
    long[] reached = {restored};
    boolean[] samePast = {restored == 0};
    ScanResult result =
        LogScan.run(
            log.disk(),
            (segment, frame) -> {
              if (frame.claim() || frame.position() > until) {
                return;
              }
              if (frame.position() == restored) {
                samePast[0] = Arrays.equals(frame.hash(), snapshot.orElseThrow().headHash());
              }
              if (frame.position() > restored && samePast[0]) {
                target.apply(frame.entry());
                reached[0] = frame.position();
              }
            });
    boolean whole = printFindings(result, out);
    if (!samePast[0]) {
      out.println("DAMAGED the snapshot at position " + restored + " is not of this log's past");
      return false;
    }
    out.println("restored from position " + restored);
    out.println("replayed to position " + reached[0]);
    if (until != Long.MAX_VALUE && reached[0] < until) {
      out.println("the log ends there, before position " + until);
    }
    out.println("digest " + target.digest());
    return whole;
  }

  private static String describe(ScanResult.SegmentFacts segment) {
    String entries =
        segment.lastPosition() < segment.firstPosition()
            ? "no entries"
            : "positions "
                + segment.firstPosition()
                + " to "
                + segment.lastPosition()
                + ", times "
                + Instant.ofEpochMilli(segment.firstTimeMs())
                + " to "
                + Instant.ofEpochMilli(segment.lastTimeMs());
    return "segment "
        + segment.file()
        + ": "
        + entries
        + ", epochs "
        + segment.firstEpoch()
        + " to "
        + segment.lastEpoch()
        + ", "
        + segment.goodBytes()
        + " good of "
        + segment.fileBytes()
        + " bytes";
  }

  private static void printHead(LogHead head, PrintStream out) {
    out.println(
        "head position "
            + head.position()
            + ", epoch "
            + head.epoch()
            + ", hash "
            + HexFormat.of().formatHex(head.hash()));
  }

  private static boolean printFindings(ScanResult result, PrintStream out) {
    result
        .tornTail()
        .ifPresent(tail ->
            out.println(
                "torn tail "
                    + tail.file()
                    + " from byte offset "
                    + tail.byteOffset()
                    + ": "
                    + tail.bytes()
                    + " bytes that were never durable ("
                    + tail.problem()
                    + ")"));
    result.markDamages().forEach(damage -> out.println("DAMAGED " + damage));
    result
        .damage()
        .filter(damage -> !result.markDamages().contains(damage))
        .ifPresent(damage -> out.println("DAMAGED " + damage));
    return isWhole(result);
  }

  private static boolean isWhole(ScanResult result) {
    return result.damage().isEmpty() && result.markDamages().isEmpty();
  }

  private static Optional<String> problemOf(
      SnapshotScan.Found found, ScanResult result, HashesAt hashes) {
    if (found.damage().isPresent()) {
      return Optional.of(found.damage().get().toString());
    }
    Snapshot snapshot = found.snapshot().orElseThrow();
    if (snapshot.position() > result.head().position()) {
      return result.damage().isPresent()
          ? Optional.empty()
          : Optional.of(
              found.file() + ": is of position " + snapshot.position() + ", past the log's end");
    }
    return hashes.agree(snapshot)
        ? Optional.empty()
        : Optional.of(found.file() + ": is not of this log's past");
  }

  private static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(point ->
            shown.appendCodePoint(
                Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                    ? '\uFFFD'
                    : point));
    return shown.toString();
  }

  /** Head hashes at the positions of the snapshots. */
  /**
   * The position of the last fact at a time or before it; 0 when there is none.
   *
   * @param timeMs epoch milliseconds
   */
  public static long positionAt(OfflineLog log, long timeMs) throws IOException {
    long[] last = {0};
    LogScan.run(
        log.disk(),
        (segment, frame) -> {
          if (!frame.claim() && frame.timeMs() <= timeMs) {
            last[0] = frame.position();
          }
        });
    return last[0];
  }

  private static final class HashesAt implements FrameVisitor {
    private final Map<Long, byte[]> hashes = new TreeMap<>();

    HashesAt(List<SnapshotScan.Found> snapshots) {
      for (SnapshotScan.Found found : snapshots) {
        found.snapshot().ifPresent(snapshot -> hashes.put(snapshot.position(), new byte[0]));
      }
      hashes.computeIfPresent(0L, (position, none) -> LogHead.empty().hash());
    }

    @Override
    public void frame(long segment, Frame frame) {
      if (!frame.claim() && hashes.containsKey(frame.position())) {
        hashes.put(frame.position(), frame.hash());
      }
    }

    boolean agree(Snapshot snapshot) {
      return Arrays.equals(hashes.get(snapshot.position()), snapshot.headHash());
    }
  }
}
