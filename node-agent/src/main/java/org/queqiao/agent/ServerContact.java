package org.queqiao.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;
import org.queqiao.agent.launcher.LauncherClient;
import org.queqiao.agent.reconcile.Action;

/**
 * Tells the monitors of runs when the server was last heard to have heard this node: they end runs
 * whose lease is over. What counts is when the agent sent what the server answered, so the server
 * knows of contact at least as late.
 *
 * <p>Nothing counts before the desired set of a connection is taken: an order of before it may be
 * for a run that the server has taken for ended, and must not begin by new contact. What counts is
 * bound to the epoch of that set: a server whose epoch is over has no say in what a later one may
 * count on.
 */
final class ServerContact {
  /** {@code QQCN}. */
  private static final int MAGIC = 0x5151434E;

  private static final int BYTES = 36;
  private static final int CRC_AT = 32;

  /** Heartbeats that the server has not answered; older ones are forgotten. */
  private static final int UNANSWERED_MAX = 64;

  private record Beat(long seq, long sentMs) {}

  private final Path file;
  private final LongSupplier bootMs;
  private final ArrayDeque<Beat> unanswered = new ArrayDeque<>();
  private long beganMs;
  private boolean counts;
  private boolean left;
  private long epoch;
  private long toldMs = -1;
  private boolean troubled;

  ServerContact(Path spool, LongSupplier bootMs) {
    this.file = spool.resolve("contact");
    this.bootMs = bootMs;
  }

  /**
   * Whether there is the file that the launcher of this node makes. It outlives its launcher: one
   * that was put in its place may know no leases.
   */
  boolean isKept() {
    return Files.isWritable(file) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * What the node cannot do: all that its launcher cannot, and leases where the file is missing.
   */
  List<String> absent(LauncherClient.Capabilities can) {
    if (!can.leases() || isKept()) {
      return can.absent();
    }
    List<String> all = new ArrayList<>(can.absent());
    all.add("leases of runs: there is no file for the last contact; the launcher's log says why");
    return all;
  }

  /** A hello is about to be sent. */
  void begins() {
    unanswered.clear();
    counts = false;
    left = false;
    beganMs = bootMs.getAsLong();
  }

  /** A heartbeat is about to be sent. */
  void beats(long seq) {
    if (unanswered.size() == UNANSWERED_MAX) {
      unanswered.removeFirst();
    }
    unanswered.addLast(new Beat(seq, bootMs.getAsLong()));
  }

  /**
   * A desired set has come: the first of a connection that is taken answers its hello. One that is
   * refused is no contact, and one of an epoch that is over is of a server that is left.
   *
   * @param ofEpoch of the set
   * @param highest that this node has accepted
   * @param decided by the set
   */
  void desired(long ofEpoch, long highest, List<Action> decided) {
    left |= ofEpoch < highest;
    if (left) {
      counts = false;
    } else if (decided.stream().anyMatch(Action.Refuse.class::isInstance)) {
      return;
    } else if (!counts) {
      counts = true;
      epoch = ofEpoch;
      tell(beganMs);
    } else if (ofEpoch > epoch) {
      // What was sent before it was heard in the epoch before.
      epoch = ofEpoch;
      unanswered.clear();
    }
  }

  /**
   * The server has heard the heartbeats up to this one.
   *
   * @param highest epoch that this node has accepted
   */
  void heard(long seq, long highest) {
    long sentMs = -1;
    while (!unanswered.isEmpty() && unanswered.getFirst().seq() <= seq) {
      sentMs = unanswered.removeFirst().sentMs();
    }
    if (counts && epoch == highest && sentMs >= 0) {
      tell(sentMs);
    }
  }

  private void tell(long contactMs) {
    if (contactMs <= toldMs || !isKept()) {
      return;
    }
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      UUID boot =
          UUID.fromString(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
      ByteBuffer bytes = ByteBuffer.allocate(BYTES);
      bytes.putInt(MAGIC).putInt(0).putLong(contactMs);
      bytes.putLong(boot.getMostSignificantBits()).putLong(boot.getLeastSignificantBits());
      CRC32 crc = new CRC32();
      crc.update(bytes.array(), 0, CRC_AT);
      out.write(bytes.putInt((int) crc.getValue()).flip(), 0);
      toldMs = contactMs;
      troubled = false;
    } catch (IOException | IllegalArgumentException e) {
      if (!troubled) {
        AgentLog.warn("contact with the server cannot be told to runs: " + e.getMessage());
        troubled = true;
      }
    }
  }
}
