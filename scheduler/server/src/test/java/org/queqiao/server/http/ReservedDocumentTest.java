package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.server.view.ClusterView;

/** What REST says of a job that a magnetic reservation drew, also of one read from a snapshot. */
final class ReservedDocumentTest {
  private static final UserName ANN = new UserName("ann");
  private static final ProjectName PROJECT = new ProjectName("p");
  private static final NodeName NODE = new NodeName("n1");
  private static final ReservationName SCHOOL = new ReservationName("school");
  private static final RunId RUN = new RunId(new JobId(1), 1);

  private final SchedulerMachine machine = new SchedulerMachine();
  private final List<Throwable> faults = new ArrayList<>();
  private final ClusterView live = new ClusterView(machine.image(), 100, faults::add);
  private long position;

  private void happens(Event event) {
    position++;
    LoggedEvent logged = new LoggedEvent(position, 1, 1_000 * position, Actor.SCHEDULER, event);
    machine.apply(logged);
    live.committed(List.of(logged));
  }

  private void aJobIsSubmitted() {
    happens(new PartitionDefined(new PartitionName("batch"), true, 1, 2));
    happens(new DomainDefined(new DomainCode("d"), "D"));
    happens(new ProjectDefined(PROJECT, "P", List.of(new DomainShare(new DomainCode("d"), 1000))));
    happens(new UserDefined(ANN, "Ann", "ann", 1000, PROJECT));
    happens(new MembershipSet(PROJECT, ANN, MemberRank.MEMBER));
    happens(
        new NodeRegistered(new NodeFacts(NODE, "b", 4, 1 << 20, List.of(), "1", "6", List.of())));
    happens(new NodeUp(NODE, "b"));
    happens(
        new ReservationDefined(
            new Reservation(
                SCHOOL,
                "",
                1,
                3_600_000,
                Repeat.ONCE,
                0,
                List.of(NODE),
                List.of(ANN),
                List.of(),
                false,
                true,
                true)));
    happens(new ReservationOpened(SCHOOL, 1));
    JobSpec spec =
        JobSpec.builder("j", new byte[] {'#', '!'}, new PartitionName("batch"), PROJECT, 1)
            .shape(1, 2, 1)
            .stdoutPath("o")
            .build();
    happens(new JobSubmitted(RUN.job(), ANN, "ann", 1000, spec, "", new byte[0]));
  }

  private static JsonNode shown(ClusterView view) throws Exception {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new ObjectMapper().createGenerator(text)) {
      JobDocument.of(view.jobs().find(1), null, null, 0).write(out);
    }
    return new ObjectMapper().readTree(text.toString());
  }

  /** The same from the facts and from a snapshot. */
  private JsonNode shown() throws Exception {
    JsonNode told = shown(live);
    JsonNode again =
        shown(
            new ClusterView(
                ImageCodec.decode(ImageCodec.encode(machine.image())), 100, faults::add));
    assertThat(again).isEqualTo(told);
    assertThat(faults).isEmpty();
    return told;
  }

  @Test
  void theReservationThatItRunsInIsShownAndThatItEndsIt() throws Exception {
    aJobIsSubmitted();
    assertThat(shown().path("reservation").isNull()).isTrue();
    happens(
        new JobAllocated(
            RUN, List.of(new Allocation(NODE, List.of(0, 1), 1, List.of())), 0, SCHOOL));
    assertThat(shown().path("reservation").asText()).isEqualTo("school");
    assertThat(shown().path("detail").isNull()).isTrue();
    happens(new JobKillRequested(RUN, KillCause.RESERVATION));
    assertThat(shown().path("reservation").asText()).isEqualTo("school");
    assertThat(shown().path("detail").asText()).startsWith("reservation school was over");
  }

  @Test
  void aJobThatWaitsAgainIsInNoReservation() throws Exception {
    aJobIsSubmitted();
    happens(
        new JobAllocated(
            RUN, List.of(new Allocation(NODE, List.of(0, 1), 1, List.of())), 0, SCHOOL));
    happens(new JobKillRequested(RUN, KillCause.REQUEUED));
    happens(new JobRequeued(RUN, KillCause.REQUEUED, 1_000 * position, null, false, false, ""));
    assertThat(shown().path("reservation").isNull()).isTrue();
  }
}
