package org.queqiao.agent.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.queqiao.agent.AgentLog;

/** The agent in the role of a bridge that drives: Queqiao decides and Slurm launches. */
public final class DriveMain {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private DriveMain() {}

  /** Runs until the process is ended; exit code 2 for wrong usage, 1 when it cannot go on. */
  public static void main(String[] arguments) {
    DriveOptions options;
    try {
      options = DriveOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("DriveMain: " + e.getMessage());
      System.err.print(DriveOptions.USAGE);
      System.exit(USAGE);
      return;
    }
    try (SlurmProcess slurm = new SlurmProcess(options.shim(), options.configuration())) {
      Files.createDirectories(
          options.data(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      new DrivenNodes(options, slurm).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | IllegalArgumentException e) {
      AgentLog.warn("the bridge ends: " + e.getMessage());
      System.exit(FAILED);
    }
  }
}
