package org.queqiao.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.KillCause;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.server.view.ClusterView;

/** What the stream says of a fact, and who may hear it. */
final class ChangesTest {
  private static final UserName ANN = new UserName("ann");
  private static final ProjectName PROJECT = new ProjectName("p1");

  private final ClusterView view = new ClusterView(new SchedulerMachine().image(), 10, _ -> {});
  private final Changes changes = new Changes(view.jobs());

  private static LoggedEvent logged(Event event) {
    return new LoggedEvent(1, 1, 1_000, Actor.SCHEDULER, event);
  }

  private Change of(Event event) {
    return changes.of(logged(event));
  }

  /** A fact that the view takes in before it is told, as it does of all. */
  private Change happens(Event event) {
    view.committed(List.of(logged(event)));
    return of(event);
  }

  private static JobSubmitted submitted() {
    JobSpec spec =
        JobSpec.builder("j", new byte[] {'#', '!'}, new PartitionName("batch"), PROJECT, 1)
            .shape(1, 2, 1)
            .stdoutPath("o")
            .build();
    return new JobSubmitted(new JobId(7), ANN, "ann", 1000, spec, "", new byte[0]);
  }

  @Test
  void aCheckpointLeavesTheStateOfItsJobAsItIs() {
    RunId run = new RunId(new JobId(7), 1);
    NodeName node = new NodeName("n1");
    happens(submitted());
    happens(new JobAllocated(run, List.of(new Allocation(node, List.of(0, 1), 64, List.of()))));
    happens(new JobStarted(run, node, 1_000));
    assertThat(happens(new RunCheckpointed(run, 1_000)).state()).isEqualTo("RUNNING");
    assertThat(happens(new JobKillRequested(run, KillCause.CANCELLED)).state())
        .isEqualTo("COMPLETING");
    assertThat(happens(new RunCheckpointed(run, 1_000)).state()).isEqualTo("COMPLETING");
  }

  @Test
  void aClaimOfRoomIsOfItsJobAndForWhoMaySeeThat() {
    of(submitted());
    Change claimed = of(new RoomClaimed(new JobId(7), 1));
    assertThat(claimed.type()).isEqualTo("RoomClaimed");
    assertThat(claimed.audience()).isEqualTo(Change.Audience.JOB);
    assertThat(claimed.job()).isEqualTo(7);
    assertThat(claimed.state()).isEqualTo("PENDING");
    assertThat(claimed.user()).isEqualTo(ANN);
    assertThat(claimed.project()).isEqualTo(PROJECT);
  }
}
