package org.queqiao.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.server.view.ClusterView;

/** What the stream says of a fact, and who may hear it. */
final class ChangesTest {
  private static final UserName ANN = new UserName("ann");
  private static final ProjectName PROJECT = new ProjectName("p1");

  private final Changes changes =
      new Changes(new ClusterView(new SchedulerMachine().image(), 10, _ -> {}).jobs());

  private Change of(Event event) {
    return changes.of(new LoggedEvent(1, 1, 1_000, Actor.SCHEDULER, event));
  }

  @Test
  void aClaimOfRoomIsOfItsJobAndForWhoMaySeeThat() {
    JobSpec spec =
        JobSpec.builder("j", new byte[] {'#', '!'}, new PartitionName("batch"), PROJECT, 1).build();
    of(new JobSubmitted(new JobId(7), ANN, "ann", 1000, spec, "", new byte[0]));
    Change claimed = of(new RoomClaimed(new JobId(7), 1));
    assertThat(claimed.type()).isEqualTo("RoomClaimed");
    assertThat(claimed.audience()).isEqualTo(Change.Audience.JOB);
    assertThat(claimed.job()).isEqualTo(7);
    assertThat(claimed.state()).isEqualTo("PENDING");
    assertThat(claimed.user()).isEqualTo(ANN);
    assertThat(claimed.project()).isEqualTo(PROJECT);
  }
}
