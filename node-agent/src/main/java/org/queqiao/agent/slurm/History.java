package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.ObservedStep;
import org.queqiao.contract.observe.RunResources;
import org.queqiao.contract.observe.SlurmTres;

/** The runs of a cluster that are over, as slurmdbd knows them, stretch of time by stretch. */
public final class History {
  private static final long MS = 1_000;
  private static final long MINUTE_MS = 60_000;
  private static final long LIMIT_NONE = 0xfffffff0L;
  private static final int SIGNAL_BITS = 0x7f;
  private static final int CODE_SHIFT = 8;
  private static final int CODE_MASK = 0xff;

  /** A job that Queqiao itself handed to Slurm has a name that begins so. */
  static final String OWN_MARK = "queqiao:";

  /**
   * What was found within a time.
   *
   * @param runs in the order in which they ended
   * @param leftOut those that cannot be billed as they are, each with the reason
   * @param completeMs all that ended before this moment is there, now and for ever
   */
  public record Found(List<ObservedRun> runs, List<String> leftOut, long completeMs) {
    public Found {
      runs = List.copyOf(runs);
      leftOut = List.copyOf(leftOut);
    }
  }

  private final SlurmProcess slurm;
  private final long marginS;
  private final String drivenPartition;

  /**
   * The history that a process with libslurm tells.
   *
   * @param marginS what ended so long ago is complete once slurmctld has no more to tell to
   *     slurmdbd
   * @param drivenPartition where jobs with Queqiao's own mark are left out; empty: nowhere, for
   *     anybody can name a job so
   */
  public History(SlurmProcess slurm, long marginS, String drivenPartition) {
    this.slurm = slurm;
    this.marginS = marginS;
    this.drivenPartition = drivenPartition;
  }

  /**
   * Reads the runs that ended within a time.
   *
   * @param fromMs its first moment
   * @param atMostMs the longest time; it ends now at the latest
   */
  public Found read(long fromMs, long atMostMs) throws SlurmException {
    SlurmAnswer backlog = slurm.ask(SlurmCall.BACKLOG);
    long nowS = backlog.i64();
    boolean told = backlog.u32() == 0;
    long fromS = Math.floorDiv(fromMs, MS);
    long toS = Math.min(Math.addExact(fromS, Math.max(1, atMostMs / MS)), nowS + 1);
    ClusterName cluster = clusterName();
    List<ObservedRun> runs = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (SlurmRecord each : SlurmRecord.list(slurm.ask(SlurmCall.HISTORY, fromS, toS))) {
      if (each.name().startsWith(OWN_MARK) && each.partition().equals(drivenPartition)) {
        continue;
      }
      try {
        run(cluster, each).ifPresent(runs::add);
      } catch (IllegalArgumentException | ArithmeticException e) {
        leftOut.add(
            "job " + each.job() + " submitted at " + each.submitS() + ": " + e.getMessage());
      }
    }
    runs.sort(Comparator.comparingLong(ObservedRun::endMs));
    // What slurmctld still holds back may have ended at any time.
    long completeS = told ? Math.max(fromS, Math.min(toS, nowS - marginS)) : fromS;
    return new Found(runs, leftOut, Math.multiplyExact(completeS, MS));
  }

  private ClusterName clusterName() throws SlurmException {
    try {
      return new ClusterName(slurm.cluster());
    } catch (IllegalArgumentException e) {
      throw new SlurmException(
          0, "the name of the cluster, " + slurm.cluster() + ", is " + e.getMessage());
    }
  }

  private Optional<ObservedRun> run(ClusterName cluster, SlurmRecord record) throws SlurmException {
    Optional<JobState> end = SlurmState.end(record.state());
    if (end.isEmpty()) {
      return Optional.empty();
    }
    boolean started = record.startS() > 0 && record.startS() <= record.endS();
    long startS = started ? record.startS() : record.endS();
    SlurmTres had = new SlurmTres(record.tres());
    List<Long> stops = started && record.suspendedS() > 0 ? suspensions(record, startS) : List.of();
    boolean task = record.arrayJob() > 0 && record.arrayTask() < SlurmAnswer.NO_VALUE;
    return Optional.of(
        new ObservedRun(
            new ExternalRun(cluster, record.job(), record.submitS() * MS),
            task ? record.arrayJob() + "_" + record.arrayTask() : "",
            record.name(),
            user(record),
            Math.toIntExact(record.uid()),
            new ProjectName(named("account", record.account())),
            partition(cluster, record.partition()),
            end.get(),
            SlurmState.word(record.state()),
            (int) (record.exitCode() >> CODE_SHIFT) & CODE_MASK,
            (int) record.exitCode() & SIGNAL_BITS,
            startS * MS,
            record.endS() * MS,
            stops,
            started ? had.cpus() : 0,
            had.memBytes(),
            record.limitMinutes() >= LIMIT_NONE ? 0 : record.limitMinutes() * MINUTE_MS,
            record.nodes(),
            steps(record),
            RunResources.ofSlurm(record.qos(), started ? had.gres() : Map.of())));
  }

  private List<Long> suspensions(SlurmRecord record, long startS) throws SlurmException {
    return Suspensions.find(
        startS,
        record.endS(),
        (fromS, toS) ->
            slurm
                .ask(
                    SlurmCall.RAN,
                    record.job(),
                    record.arrayJob(),
                    record.arrayTask(),
                    record.index(),
                    fromS,
                    toS)
                .u32());
  }

  private static UserName user(SlurmRecord record) {
    return new UserName(named("user", record.user()));
  }

  private static String named(String what, String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("it has no " + what + " in slurmdbd");
    }
    return name;
  }

  /** A job that never started may name several; billed it is by none. */
  private static PartitionName partition(ClusterName cluster, String names) {
    return PartitionName.elsewhere(cluster, named("partition", names).split(",")[0]);
  }

  private static List<ObservedStep> steps(SlurmRecord record) {
    List<ObservedStep> steps = new ArrayList<>();
    for (SlurmRecord.Step each : record.steps()) {
      if (steps.size() == ObservedRun.STEPS_MAX) {
        break;
      }
      steps.add(
          new ObservedStep(
              SlurmState.stepId(each.number()),
              each.name(),
              SlurmState.word(each.state()),
              each.startS() * MS,
              each.endS() * MS,
              (int) Math.min(each.tasks(), Integer.MAX_VALUE),
              new SlurmTres(each.tres()).cpus()));
    }
    return steps;
  }
}
