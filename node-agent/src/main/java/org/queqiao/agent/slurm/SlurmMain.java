package org.queqiao.agent.slurm;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import org.queqiao.agent.jna.SlurmShim;

/**
 * The process that libslurm lives in, and that it may end. Reads questions from its standard input
 * (number of the call, then its arguments as numbers of eight bytes) and writes an answer for each
 * (error, length, bytes) until its input ends.
 */
public final class SlurmMain {
  private static final int FAILED = 1;

  private SlurmMain() {}

  /** Runs with the path of the shim as its only argument. */
  public static void main(String[] arguments) throws IOException {
    SlurmShim shim;
    try {
      shim = SlurmShim.load(arguments[0]);
    } catch (IllegalStateException e) {
      // One line, because the last one is passed on.
      System.err.println(e.getMessage().replaceAll("\\s+", " "));
      System.exit(FAILED);
      return;
    }
    // Not System.in and System.out: what libslurm prints must not get between.
    DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in));
    DataOutputStream out = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
    while (true) {
      SlurmCall call;
      try {
        call = SlurmCall.values()[in.readInt()];
      } catch (EOFException e) {
        return;
      }
      SlurmShim.Answer answer = answer(shim, call, in);
      out.writeInt(answer.error());
      out.writeInt(answer.bytes().length);
      out.write(answer.bytes());
    }
  }

  private static SlurmShim.Answer answer(SlurmShim shim, SlurmCall call, DataInputStream in)
      throws IOException {
    return switch (call) {
      case OPEN -> shim.open();
      case NODES -> shim.nodes();
      case JOBS -> shim.jobs();
      case BACKLOG -> shim.backlog();
      case HISTORY -> shim.history(in.readLong(), in.readLong());
      case RAN ->
          shim.ran(
              (int) in.readLong(),
              (int) in.readLong(),
              (int) in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong());
      case SUBMIT -> shim.submit(in.readNBytes((int) in.readLong()));
      case SIGNAL -> shim.signal((int) in.readLong(), (int) in.readLong(), (int) in.readLong());
      case SUSPEND -> shim.suspend((int) in.readLong(), in.readLong() != 0);
      case CLOCK -> shim.clock();
      case RECORDS -> shim.records(in.readNBytes((int) in.readLong()));
    };
  }
}
