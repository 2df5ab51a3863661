package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.core.admission.SubmitCheck;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;

/** What it costs to refuse a request on a large cluster, and what is answered all the same. */
final class NearestOnManyNodesTest {
  private static final int NODES = 10_000;
  private static final int ON_A_SWITCH = 40;

  /**
   * What a search may go through, and what the request itself and the last one that is tried may
   * take beyond: each of eight alternatives as much as one layout of components is looked for.
   */
  private static final long MOST = 400_000 + 2 * 8 * 100_000;

  private final Cluster cluster = Cluster.from(site().machine.image());
  private final SubmitCheck check = new SubmitCheck(cluster, new Permissions(cluster.accounts()));

  /** Nodes that have two features in turn, and two of one kind beside those of another. */
  private static SchedulerStory site() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    List<NetworkSwitch> switches = new ArrayList<>();
    switches.add(new NetworkSwitch("top", "", ""));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      NodeName name = new NodeName("n" + (NODES + i));
      story.says(facts(name.value(), "boot-1", 64, 64 * GIB, List.of()));
      List<String> features = List.of(i % 2 == 0 ? "even" : "odd", i % 3 == 0 ? "third" : "other");
      story.does(
          new Input.SetNode(OWNER, new NodeSettingsSet(name, new NodeSettings(features, 1))));
      names.add(name.value());
      if (names.size() == ON_A_SWITCH) {
        switches.add(new NetworkSwitch("leaf" + i, "top", String.join(",", names)));
        names.clear();
      }
    }
    story.does(new Input.DefineTopology(OWNER, new TopologyDefined(switches)));
    return story;
  }

  private static JobRequest.Builder nodes(int nodes, JobPlacement.Builder placement) {
    return script().nodes(nodes).tasks(nodes).placement(placement.build());
  }

  private static JobPlacement.Builder like(String constraint) {
    return JobPlacement.builder().constraint(constraint);
  }

  private static JobComponent component(int nodes, JobPlacement.Builder placement) {
    return new JobComponent(nodes, nodes, 1, 0, List.of(), placement.build());
  }

  /** The requests that the refusal of one names. */
  private List<JobRequest> nearest(JobRequest.Builder request) {
    long before = cluster.candidates().walked();
    String message = refused(request).message();
    assertThat(cluster.candidates().walked() - before).as(message).isLessThan(MOST);
    assertThat(refused(request).message()).as("once all is known").isEqualTo(message);
    List<JobRequest> found = Nearest.of(message, request.build());
    for (JobRequest each : found) {
      Decision decision = decide(each.toBuilder());
      assertThat(decision.reply()).as(message).isNotInstanceOf(Reply.Rejected.class);
    }
    return found;
  }

  private Decision decide(JobRequest.Builder request) {
    return check.decide(SchedulerStory.submission("liwei", request), SchedulerStory.BEGIN_MS);
  }

  private Rejection refused(JobRequest.Builder request) {
    return ((Reply.Rejected) decide(request).reply()).rejection();
  }

  @Test
  void whatLiesOnFewSwitchesIsFoundToTheNode() {
    JobRequest.Builder request = nodes(6_000, JobPlacement.builder().switches(2));
    assertThat(refused(request).message())
        .endsWith(
            "ask for at most 80 nodes with 80 tasks, or for 150 switches, or leave switches out");
    assertThat(nearest(request)).hasSize(3);
    assertThat(nearest(nodes(4_000, like("[even|odd]").switches(3)))).hasSize(3);
    assertThat(nearest(nodes(60, JobPlacement.builder().switches(1).maxNodes(600)))).hasSize(3);
  }

  @Test
  void aWishOfItsOwnForEachRequestIsCounted() {
    long before = cluster.candidates().walked();
    JobRequest.Builder request = nodes(9_000, like("[even*6000&odd*3000]"));
    assertThat(nearest(request)).hasSize(2);
    assertThat(cluster.candidates().walked() - before)
        .as("each count is another wish, for which all nodes are asked")
        .isGreaterThan(10L * NODES);
    assertThat(nearest(request)).as("the second time they are known").hasSize(2);
  }

  @Test
  void aSearchThatIsCutAnswersWhatItFound() {
    JobRequest.Builder layouts =
        nodes(
            600,
            like("[even|odd]")
                .switches(2)
                .components(
                    List.of(
                        component(400, like("[even|odd]")),
                        component(400, like("[third|other]")))));
    assertThat(nearest(layouts)).as("not the nearest number").isNotEmpty();
    assertThat(refused(layouts).message()).endsWith(", or leave switches out");
    JobRequest.Builder counts =
        nodes(
            10,
            JobPlacement.builder()
                .components(
                    List.of(
                        component(6_000, like("[even*5500&third*500]")),
                        component(6_000, like("[odd*5500&other*500]")),
                        component(6_000, like("[even*5900&odd*100]")))));
    nearest(counts);
  }

  @Test
  void tasksThatAreTooManyForOneNodeAreToldHowManyAllNodesTake() {
    SchedulerStory story = SchedulerStory.site();
    for (int i = 1; i <= 8; i++) {
      story.node("cn" + i, 16);
    }
    story.node("vm", 2);
    assertThat(refused(story, script().tasks(200)))
        .endsWith("ask for at most 16 tasks, or for 8 nodes with 128 tasks");
    assertThat(refused(story, script().tasks(300).nodes(9)))
        .endsWith(", or for 8 nodes with 128 tasks");
    assertThat(refused(story, script().tasks(200).cpusPerTask(2)))
        .endsWith(", or for 8 nodes with 64 tasks");
    story.submits("liwei", script().tasks(128).nodes(8));
  }

  private static String refused(SchedulerStory story, JobRequest.Builder request) {
    return story.refuses(SchedulerStory.submission("liwei", request)).message();
  }
}
