package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.runtime.copy.Explained;
import org.queqiao.server.view.Scope;

/** What readers are told of a job in a queue that is not looked at whole. */
final class ExplainedDocumentTest {
  private static final UserName ANN = new UserName("ann");
  private static final ProjectName PROJECT = new ProjectName("p");
  private static final PartitionName BATCH = new PartitionName("batch");
  private static final NodeName NODE = new NodeName("n1");

  private final SchedulerMachine machine = new SchedulerMachine();
  private long position;

  private void happens(Event... events) {
    for (Event each : events) {
      position++;
      machine.apply(new LoggedEvent(position, 1, position, Actor.SCHEDULER, each));
    }
  }

  private void submitted(long id) {
    JobSpec spec =
        JobSpec.builder("j", new byte[] {'#', '!'}, BATCH, PROJECT, 1)
            .shape(1, 4, 1)
            .stdoutPath("o")
            .build();
    happens(new JobSubmitted(new JobId(id), ANN, "ann", 1000, spec, "", new byte[0]));
  }

  private JsonNode queue(long id) throws IOException {
    JobId job = new JobId(id);
    Explained explained =
        new Explained(
            position,
            position,
            machine.state().job(job).orElseThrow(),
            machine.state().explain(job, position).orElseThrow(),
            0,
            null);
    ObjectMapper json = new ObjectMapper();
    StringWriter text = new StringWriter();
    try (JsonGenerator out = json.getFactory().createGenerator(text)) {
      new ExplainedDocument(explained, new Scope(true, ANN, Set.of(PROJECT))).write(out);
    }
    return json.readTree(text.toString()).path("waiting").path("queue");
  }

  @Test
  void whereNotAllWereLookedAtTheNumberBeforeItIsTheLeast() throws IOException {
    happens(
        new PartitionDefined(BATCH, true, 1, 2),
        new DomainDefined(new DomainCode("d"), "D"),
        new ProjectDefined(PROJECT, "P", List.of(new DomainShare(new DomainCode("d"), 1000))),
        new UserDefined(ANN, "Ann", "ann", 1000, PROJECT),
        new MembershipSet(PROJECT, ANN, MemberRank.MEMBER),
        new NodeRegistered(new NodeFacts(NODE, "b", 4, 1 << 20, List.of(), "1", "6", List.of())),
        new NodeUp(NODE, "b"));
    for (long id = 1; id <= 10_001; id++) {
      submitted(id);
    }
    JsonNode whole = queue(10_000);
    assertThat(whole.path("ahead").asInt()).isEqualTo(9_999);
    assertThat(whole.path("atLeast").asBoolean()).isFalse();
    assertThat(whole.path("looked").isNull()).isTrue();
    assertThat(whole.path("inQueue").asInt()).isEqualTo(10_001);
    JsonNode cut = queue(10_001);
    assertThat(cut.path("ahead").asInt()).isEqualTo(10_000);
    assertThat(cut.path("atLeast").asBoolean()).isTrue();
    assertThat(cut.path("looked").asInt()).isEqualTo(10_000);
    assertThat(cut.path("inQueue").asInt()).isEqualTo(10_001);
    assertThat(cut.path("jobs")).hasSize(20);
  }
}
