package org.queqiao.server.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Foresight;

/** How forecasts proved is there after a restart. */
final class ProvedTest {
  private static final ProjectName PROJECT = new ProjectName("p");
  private static final UserName ANN = new UserName("ann");
  private static final NodeName NODE = new NodeName("n1");

  @TempDir Path folder;
  private final List<Throwable> faults = new ArrayList<>();
  private final SchedulerMachine machine = new SchedulerMachine();
  private EventLog log;
  private Life life;

  /** A server from its start to its end, as far as this goes. */
  private final class Life {
    private final ClusterView view = new ClusterView(machine.image(), 100, faults::add);
    private final Forecasts forecasts = new Forecasts(machine.image(), view.jobs());
    private final Foresight foresight = new Foresight(view.jobs());
    private final Proved proved =
        Proved.open(file(), forecasts, foresight, log, machine.state().position());

    private Life() {
      view.onChange(proved);
    }

    private void forecasts(long job, long p10Ms, long p50Ms, long p90Ms) {
      forecasts.gave(
          new JobId(job),
          machine.state().position(),
          new Forecast(p10Ms, p50Ms, p90Ms, p90Ms, 10, 0, 20, Forecast.Ended.COMPLETE));
    }
  }

  private Path file() {
    return folder.resolve("proved");
  }

  @BeforeEach
  void begins() throws Exception {
    log = FileEventLog.open(folder.resolve("log"), LogSettings.defaults());
    log.claimEpoch("test");
    happens(
        new PartitionDefined(new PartitionName("batch"), true, 1, 2),
        new DomainDefined(new DomainCode("d"), "D"),
        new ProjectDefined(PROJECT, "P", List.of(new DomainShare(new DomainCode("d"), 1000))),
        new UserDefined(ANN, "Ann", "ann", 1000, PROJECT),
        new MembershipSet(PROJECT, ANN, MemberRank.MEMBER),
        new NodeRegistered(new NodeFacts(NODE, "b", 8, 1 << 20, List.of(), "1", "6", List.of())),
        new NodeUp(NODE, "b"));
    for (long id = 1; id <= 3; id++) {
      happens(submitted(id));
    }
    life = new Life();
  }

  @AfterEach
  void ends() throws Exception {
    life.proved.close();
    log.close();
    assertThat(faults).isEmpty();
  }

  private void happens(Event... events) {
    List<LoggedEvent> batch = new ArrayList<>();
    for (Event each : events) {
      long atMs = 1_000 * (machine.state().position() + 1);
      long position = log.append(atMs, EventCodec.encode(Actor.SCHEDULER, "", each));
      LoggedEvent logged = new LoggedEvent(position, 1, atMs, Actor.SCHEDULER, each);
      machine.apply(logged);
      batch.add(logged);
    }
    log.sync();
    if (life != null) {
      life.view.committed(batch);
    }
  }

  private static JobSubmitted submitted(long id) {
    return submitted(id, null);
  }

  private static JobSubmitted submitted(long id, QosName qos) {
    JobSpec spec =
        JobSpec.builder("j" + id, new byte[] {'#', '!'}, new PartitionName("batch"), PROJECT, 1)
            .stdoutPath("o")
            .qos(qos)
            .build();
    return new JobSubmitted(new JobId(id), ANN, "ann", 1000, spec, "", new byte[0]);
  }

  private static JobAllocated starts(long id) {
    return new JobAllocated(
        new RunId(new JobId(id), 1),
        List.of(new Allocation(NODE, List.of((int) id), 64, List.of())),
        500);
  }

  private void restart() throws Exception {
    life.proved.close();
    life = new Life();
  }

  private static JobKillRequested makesRoom(long id) {
    RunId run = new RunId(new JobId(id), 1);
    return new JobKillRequested(run, KillCause.PREEMPTED_REQUEUED, new JobId(4), 7_000, 1);
  }

  private JobRequeued leaves(long id) {
    RunId run = new RunId(new JobId(id), 1);
    long endMs = 1_000 * (machine.state().position() + 1);
    RunExit exit = new RunExit(run, RunExit.Kind.EXITED, 0, 0, endMs - 1, endMs, 0, 0, 0, "");
    return new JobRequeued(run, KillCause.PREEMPTED_REQUEUED, endMs, exit, false, false, "");
  }

  @Test
  void whoLeavesTeachesAlsoWhereTheServerStartsMeanwhile() throws Exception {
    QosName low = new QosName("low");
    QosName urgent = new QosName("urgent");
    PreemptRules rules = new PreemptRules(PreemptMode.REQUEUE, 7_000, 0);
    happens(
        new QosDefined(low, "Low", 0, List.of(), rules),
        new QosDefined(urgent, "Urgent", 10, List.of(low)),
        submitted(4, urgent));
    for (long id = 5; id <= 7; id++) {
      happens(submitted(id, low), starts(id));
    }
    happens(makesRoom(5));
    restart();
    happens(leaves(5), makesRoom(6));
    happens(leaves(6), makesRoom(7));
    assertThat(life.forecasts.learnt().leaving().known()).isFalse();
    happens(leaves(7));
    assertThat(life.forecasts.learnt().leaving().known()).isTrue();
  }

  private JobEnded ends(long id, JobState state) {
    RunId run = new RunId(new JobId(id), 1);
    long endMs = 1_000 * (machine.state().position() + 1);
    RunExit exit = new RunExit(run, RunExit.Kind.EXITED, 0, 0, endMs - 1, endMs, 0, 0, 0, "");
    return new JobEnded(new JobId(id), 1, state, endMs, exit, false, "");
  }

  /** What was told to end before the server started counts as what is told after that. */
  @Test
  void endsThatTheRunsDidNotBringAboutTeachNothing() throws Exception {
    happens(starts(1), new JobKillRequested(new RunId(new JobId(1), 1), KillCause.RESERVATION));
    restart();
    happens(ends(1, JobState.TIMEOUT), starts(2));
    happens(new JobKillRequested(new RunId(new JobId(2), 1), KillCause.RESERVATION));
    happens(ends(2, JobState.TIMEOUT), starts(3));
    assertThat(life.forecasts.learnt().runs()).isZero();
    happens(ends(3, JobState.COMPLETED));
    assertThat(life.forecasts.learnt().runs()).isEqualTo(1);
    restart();
    assertThat(life.forecasts.learnt().runs()).as("of what is remembered").isEqualTo(1);
  }

  @Test
  void whatWasJudgedBeforeAndWhatStartsLaterCounts() throws Exception {
    life.forecasts(1, 1, 50_000, 60_000);
    life.forecasts(2, 1, 5, 1_000_000);
    life.forecasts(3, 1, 5, 6);
    happens(starts(1));
    assertThat(life.forecasts.coverage()).isEqualTo(new ForecastBook.Coverage(3, 1, 1, 1));
    restart();
    assertThat(life.forecasts.coverage()).isEqualTo(new ForecastBook.Coverage(3, 1, 1, 1));
    assertThat(life.foresight.predicted()).isEqualTo(1);
    happens(starts(2));
    assertThat(life.forecasts.coverage()).isEqualTo(new ForecastBook.Coverage(3, 2, 2, 1));
    restart();
    restart();
    happens(starts(3));
    assertThat(life.forecasts.coverage()).isEqualTo(new ForecastBook.Coverage(3, 3, 2, 1));
    assertThat(life.foresight.predicted()).isEqualTo(3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void whatHappenedAfterTheFileWasWrittenIsJudgedFromTheLog() throws Exception {
    life.forecasts(1, 1, 50_000, 60_000);
    restart();
    byte[] before = Files.readAllBytes(file());
    happens(starts(1), starts(2));
    life.proved.close();
    // A process that was killed has not written its end.
    Files.write(file(), before);
    life = new Life();
    assertThat(life.forecasts.coverage()).isEqualTo(new ForecastBook.Coverage(1, 1, 1, 1));
    assertThat(life.foresight.predicted()).isEqualTo(2);
  }

  @Test
  void aFileThatIsDamagedOrOfAnotherLogCostsTheFiguresAndNothingElse() throws Exception {
    life.forecasts(1, 1, 50_000, 60_000);
    life.proved.close();
    String whole = Files.readString(file());
    for (String damaged :
        List.of(
            "",
            whole.substring(0, whole.length() / 2),
            whole.replace("forecasts 1", "forecasts 2"),
            whole + whole,
            new Proved.Content(
                    machine.state().position() + 1, life.forecasts.book(), life.foresight.figures())
                .text())) {
      Files.write(file(), damaged.getBytes(StandardCharsets.UTF_8));
      life = new Life();
      assertThat(life.forecasts.coverage())
          .as(damaged)
          .isEqualTo(new ForecastBook.Coverage(0, 0, 0, 0));
      life.proved.close();
      assertThat(Files.readString(file())).as("is made anew").contains("forecasts 0 0 0 0");
    }
  }
}
