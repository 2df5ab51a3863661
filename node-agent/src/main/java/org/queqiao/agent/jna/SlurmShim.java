package org.queqiao.agent.jna;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * The shim over libslurm. For a process of its own: libslurm ends the process that it is in when
 * its configuration is missing.
 */
public final class SlurmShim {
  /** What {@code shim_abi_version()} has to answer. */
  public static final int ABI_VERSION = 7;

  private static final int ANSWER_MAX_BYTES = 512 << 20;

  /** The C functions, by their names there. */
  interface Functions extends Library {
    int shim_abi_version();

    void slurm_shim_free(Pointer answer);

    int slurm_shim_open(PointerByReference answer, LongByReference length);

    int slurm_shim_nodes(PointerByReference answer, LongByReference length);

    int slurm_shim_jobs(PointerByReference answer, LongByReference length);

    int slurm_shim_backlog(PointerByReference answer, LongByReference length);

    int slurm_shim_history(long fromS, long toS, PointerByReference answer, LongByReference length);

    int slurm_shim_clock(PointerByReference answer, LongByReference length);

    int slurm_shim_records(
        byte[] request, long requestLength, PointerByReference answer, LongByReference length);

    int slurm_shim_submit(
        byte[] request, long requestLength, PointerByReference answer, LongByReference length);

    int slurm_shim_signal(
        int job, int signal, int who, PointerByReference answer, LongByReference length);

    int slurm_shim_suspend(int job, int suspend, PointerByReference answer, LongByReference length);

    int slurm_shim_ran(
        int job,
        int arrayJob,
        int arrayTask,
        long record,
        long fromS,
        long toS,
        PointerByReference answer,
        LongByReference length);
  }

  /** One function with its arguments. */
  private interface Call {
    int with(PointerByReference answer, LongByReference length);
  }

  /**
   * What a function answered.
   *
   * @param error 0, or an error number of Slurm or of the shim
   * @param bytes the answer, or the length and text of the error
   */
  public record Answer(int error, byte[] bytes) {}

  private final Functions functions;

  private SlurmShim(Functions functions) {
    this.functions = functions;
  }

  /**
   * Loads the shim and with it libslurm.
   *
   * @param path the file of the shim
   * @throws IllegalStateException when it cannot be loaded or is of another version, with the
   *     reason
   */
  public static SlurmShim load(String path) {
    Functions functions;
    try {
      functions = Native.load(path, Functions.class);
    } catch (UnsatisfiedLinkError e) {
      throw new IllegalStateException("the shim to Slurm cannot be loaded: " + e.getMessage(), e);
    }
    int version = functions.shim_abi_version();
    if (version != ABI_VERSION) {
      throw new IllegalStateException(
          "the shim " + path + " is of version " + version + ", this agent of " + ABI_VERSION);
    }
    return new SlurmShim(functions);
  }

  /** Reads the configuration of Slurm; the first call. */
  public Answer open() {
    return call(functions::slurm_shim_open);
  }

  /** Nodes and partitions. */
  public Answer nodes() {
    return call(functions::slurm_shim_nodes);
  }

  /** Jobs and steps. */
  public Answer jobs() {
    return call(functions::slurm_shim_jobs);
  }

  /** The clock of slurmctld, and what it still has for slurmdbd. */
  public Answer backlog() {
    return call(functions::slurm_shim_backlog);
  }

  /** Records that ended within a time, in seconds. */
  public Answer history(long fromS, long toS) {
    return call((answer, length) -> functions.slurm_shim_history(fromS, toS, answer, length));
  }

  /** How long a record ran within a time, in seconds. */
  public Answer ran(int job, int arrayJob, int arrayTask, long record, long fromS, long toS) {
    return call((answer, length) ->
        functions.slurm_shim_ran(job, arrayJob, arrayTask, record, fromS, toS, answer, length));
  }

  /** The clock of slurmctld, and when it was started. */
  public Answer clock() {
    return call(functions::slurm_shim_clock);
  }

  /** All records of some jobs, as {@code slurm_shim.h} describes it. */
  public Answer records(byte[] request) {
    return call(
        (answer, length) -> functions.slurm_shim_records(request, request.length, answer, length));
  }

  /** Submits a batch job, as {@code slurm_shim.h} describes it. */
  public Answer submit(byte[] request) {
    return call(
        (answer, length) -> functions.slurm_shim_submit(request, request.length, answer, length));
  }

  /** Sends a signal to a job, or to that part of it that {@code slurm_shim.h} numbers so. */
  public Answer signal(int job, int signal, int who) {
    return call((answer, length) -> functions.slurm_shim_signal(job, signal, who, answer, length));
  }

  /** Stops a job where it is, or lets it go on. */
  public Answer suspend(int job, boolean stop) {
    return call(
        (answer, length) -> functions.slurm_shim_suspend(job, stop ? 1 : 0, answer, length));
  }

  private Answer call(Call call) {
    PointerByReference answer = new PointerByReference();
    LongByReference length = new LongByReference();
    int error = call.with(answer, length);
    Pointer bytes = answer.getValue();
    if (bytes == null) {
      return new Answer(error, new byte[0]);
    }
    try {
      if (length.getValue() > ANSWER_MAX_BYTES) {
        throw new IllegalStateException("an answer of " + length.getValue() + " bytes");
      }
      return new Answer(error, bytes.getByteArray(0, Math.toIntExact(length.getValue())));
    } finally {
      functions.slurm_shim_free(bytes);
    }
  }
}
